"""Opens: the pixel of a mail was fetched, by a person or by a machine that looks at everything."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from growth.db import vault
from growth.messaging.links import read_pixel
from growth.messaging.models import Delivery

#: a transparent picture of one pixel
PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
#: nobody reads a mail so soon after it was handed over: a scanner looked at it
TOO_SOON = timedelta(seconds=5)
#: proxies of mailbox providers that fetch pictures whether or not anybody reads
_PROXIES = ("googleimageproxy", "ggpht.com", "yahoomailproxy", "barracuda", "mimecast", "proofpoint", "symantec", "trendmicro", "safelinks")


class Opener(StrEnum):
    """Who opened."""

    #: somebody
    PERSON = "person"
    #: a mailbox's proxy, a scanner, a bot
    MACHINE = "machine"


def opener(user_agent: str, *, bot: bool) -> Opener:
    """Who stands behind a request for the pixel. Apple's Mail Privacy Protection sends a bare ``Mozilla/5.0`` for everything it gets."""
    low = user_agent.strip().lower()
    if bot or not low or low == "mozilla/5.0" or any(name in low for name in _PROXIES):
        return Opener.MACHINE
    return Opener.PERSON


def record_open(session: Session, token: str, *, by: Opener, at: datetime) -> bool:
    """Keep the first open of each kind; False where the token names no delivery. Raises BadToken."""
    delivery = session.get(Delivery, read_pixel(vault(session), token))
    if delivery is None or delivery.submitted_at is None:
        return False
    by = Opener.MACHINE if at - delivery.submitted_at < TOO_SOON else by
    column = Delivery.opened_at if by is Opener.PERSON else Delivery.machine_opened_at
    session.execute(update(Delivery).where(Delivery.id == delivery.id, column.is_(None)).values({column: at}))
    return True
