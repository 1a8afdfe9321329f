"""What customer-service messages may be sent: the window that a follower's last act opened.

Since 2023-06-12: 5 messages in 48 hours after a message of the follower; 3 in one minute after a menu click, a follow or a scan.
A new trigger begins anew; quotas do not add up. Source: the platform's notice, quoted at ithome.com/0/696/375.htm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from growth.wechat.models import Window


class Trigger(StrEnum):
    """What opened the window."""

    #: the follower wrote
    MESSAGE = "message"
    #: the follower tapped a menu entry that is no link
    CLICK = "click"
    #: began to follow
    FOLLOW = "follow"
    #: scanned a QR code
    SCAN = "scan"


ALLOWED: dict[Trigger, tuple[int, timedelta]] = {
    Trigger.MESSAGE: (5, timedelta(hours=48)),
    Trigger.CLICK: (3, timedelta(minutes=1)),
    Trigger.FOLLOW: (3, timedelta(minutes=1)),
    Trigger.SCAN: (3, timedelta(minutes=1)),
}
#: messages of a window that campaigns leave to whoever answers the follower
KEPT_FOR_ANSWERS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many messages may still go, until when, and what opened the window."""

    left: int
    until: datetime | None
    trigger: str | None


def open_window(session: Session, *, follower_id: UUID, trigger: Trigger, at: datetime) -> None:
    """A trigger came. One that allows less does not close a wider window that is still open, nor does one that comes out of order."""
    quota, length = ALLOWED[trigger]
    row = session.get(Window, follower_id)
    if row is None:
        session.add(Window(follower_id=follower_id, trigger=trigger, opened_at=at, closes_at=at + length, quota=quota, used=0))
    elif at >= row.opened_at and (trigger is Trigger.MESSAGE or row.closes_at <= at or row.used >= row.quota):
        row.trigger, row.opened_at, row.closes_at, row.quota, row.used = trigger, at, at + length, quota, 0


def room(session: Session, *, follower_id: UUID, now: datetime) -> Room:
    """What may be sent now."""
    row = session.get(Window, follower_id)
    if row is None:
        return Room(left=0, until=None, trigger=None)
    left = row.quota - row.used if row.closes_at > now else 0
    return Room(left=max(left, 0), until=row.closes_at, trigger=row.trigger)


def take(session: Session, *, follower_id: UUID, now: datetime, keep: int = 0) -> bool:
    """Use one message of the window, which leaves at least `keep`; False where that cannot be.

    Written before the call: a message that may have gone counts.
    """
    row = session.get(Window, follower_id, with_for_update=True)
    if row is None or row.closes_at <= now or row.used + keep >= row.quota:
        return False
    row.used += 1
    return True


def give_back(session: Session, *, follower_id: UUID) -> None:
    """A message that was taken from the window certainly did not go."""
    row = session.get(Window, follower_id, with_for_update=True)
    if row is not None and row.used > 0:
        row.used -= 1


def close(session: Session, *, follower_id: UUID) -> None:
    """WeChat says that nothing is left, whatever was counted here."""
    row = session.get(Window, follower_id, with_for_update=True)
    if row is not None:
        row.used = row.quota
