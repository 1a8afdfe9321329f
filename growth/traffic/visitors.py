"""Who an event is counted for: the id that the browser brought, else a hash that cannot be traced back after two days.

The hash is an HMAC with the day's secret of site host, address and user agent (an IPv6 address cut to its /64, since phones change the
rest by the hour). Day secrets are forgotten after 48 hours. Visitors of such a hash are daily ones: they are never added up as “unique”
over more days.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import delete, select

from growth.channels import insert_new
from growth.db import Database
from growth.traffic.models import DaySalt

#: how long a day's secret lives after the day began
SALT_KEPT: Final = timedelta(hours=48)
#: marks a visitor that is a hash of one day
DAILY_MARK: Final = "~"

Salts = Callable[[date], bytes]


def visitor_key(given: str, *, host: str, address: str, user_agent: str, salt: bytes) -> str:
    """The identity key of an event's visitor: ``visitor:ID``, or ``visitor:~HASH`` where the browser brought no id."""
    plain = "".join(given.split())
    if plain and not plain.startswith(DAILY_MARK):
        return f"visitor:{plain}"
    mark = hmac.digest(salt, f"{host}\0{_network(address)}\0{user_agent}".encode(), "sha256")[:15]
    return f"visitor:{DAILY_MARK}{base64.urlsafe_b64encode(mark).decode()}"


def is_daily(key: str) -> bool:
    """Whether a visitor is the hash of one day."""
    return key.startswith(f"visitor:{DAILY_MARK}")


def stored_salts(database: Database) -> Salts:
    """The day's secrets as all processes share them; a day that is over and forgotten gets one for this process only."""
    forgotten = forgetful_salts()
    known: dict[date, bytes] = {}

    def salt(day: date) -> bytes:
        if day not in known:
            with database.write() as session:
                newest = session.scalar(select(DaySalt.day).order_by(DaySalt.day.desc()).limit(1))
                if newest is not None and day < newest - SALT_KEPT:
                    return forgotten(day)
                insert_new(session, DaySalt, [{"day": day, "salt": secrets.token_bytes(32)}], on="day")
                session.execute(delete(DaySalt).where(DaySalt.day <= day - SALT_KEPT))
                known[day] = session.scalars(select(DaySalt.salt).where(DaySalt.day == day)).one()
            for old in [each for each in known if each <= day - SALT_KEPT]:
                del known[old]
        return known[day]

    return salt


def forgetful_salts() -> Salts:
    """Secrets that nobody keeps: an import's days, each for as long as the import runs."""
    known: dict[date, bytes] = {}

    def salt(day: date) -> bytes:
        return known.setdefault(day, secrets.token_bytes(32))

    return salt


@lru_cache(maxsize=10_000)
def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)
