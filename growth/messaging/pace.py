"""How fast messages go out, and when one is tried again: rates kept in the database, so that all processes and restarts share them, and
windows of the day."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from growth.channels import insert_new
from growth.messaging.models import Pace
from growth.workspace import Rate, Window

#: waits before another try, by how often it was tried; the first within a minute
BACK_OFF = (
    timedelta(seconds=4),
    timedelta(seconds=20),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=3),
)
#: as many as one claim takes
MOST_AT_ONCE = 32


def burst(rate: Rate) -> int:
    """How many may go at once: what a second allows, at least one, at most a batch."""
    return max(1, min(MOST_AT_ONCE, int(rate.per_second)))


def allowed(session: Session, *, key: str, rate: Rate, now: datetime) -> int:
    """How many may go now (generic cell rate algorithm, ITU-T I.371); take them with `take` in the same transaction."""
    due = _next(session, key, rate, now)
    step = rate.per / rate.count
    free = now + step * burst(rate) - max(due, now)
    return max(0, int(free / step + 1e-9))


def take(session: Session, *, key: str, rate: Rate, count: int, now: datetime) -> None:
    """Use up `count`."""
    after = max(_next(session, key, rate, now), now) + rate.per / rate.count * count
    session.execute(update(Pace).where(Pace.key == key).values(next_at=after))


def ready_at(session: Session, *, key: str, rate: Rate, now: datetime) -> datetime:
    """When the next one may go."""
    due = _next(session, key, rate, now)
    return max(now, due - rate.per / rate.count * (burst(rate) - 1))


def _next(session: Session, key: str, rate: Rate, now: datetime) -> datetime:
    """When the pace lets the next one go; its row is held by this transaction until its end.

    The row is made before it is looked at: where it was not there, two senders at once would hold nothing, and both take a whole burst.
    Nobody takes more than a burst ahead of the clock: what stands further in the future was written by a clock that went back since.
    """
    held = select(Pace.next_at).where(Pace.key == key).with_for_update()
    due = session.scalar(held)
    if due is None:
        insert_new(session, Pace, [{"key": key, "next_at": now}], on="key")
        due = session.scalars(held).one()
    furthest = now + rate.per / rate.count * burst(rate)
    if due > furthest:
        session.execute(update(Pace).where(Pace.key == key).values(next_at=furthest))
    return min(due, furthest)


def open_at(window: Window | None, *, now: datetime, zone: ZoneInfo) -> datetime:
    """`now` where the window is open, else when it opens next. None is always open."""
    if window is None:
        return now
    local = now.astimezone(zone)
    if window.contains(local.time()):
        return now
    opening = local.replace(hour=window.start.hour, minute=window.start.minute, second=window.start.second, microsecond=0)
    if opening <= local:
        opening += timedelta(days=1)
    return opening.astimezone(now.tzinfo)


def closed_by(quiet: Window | None, *, now: datetime, zone: ZoneInfo) -> datetime:
    """`now` outside quiet hours, else their end."""
    if quiet is None or not quiet.contains(now.astimezone(zone).time()):
        return now
    return open_at(Window(quiet.end, quiet.start), now=now, zone=zone)


def back_off(attempts: int) -> timedelta:
    """How long to wait after `attempts` tries, scattered by a fifth so that many do not come back at once."""
    base = BACK_OFF[min(max(attempts, 1), len(BACK_OFF)) - 1]
    return base * (0.9 + random.random() * 0.2)  # noqa: S311 - no secret
