"""The one clock: instants are aware UTC, days belong to the site's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def now() -> datetime:
    """The current instant, aware, in UTC. Domain functions take it as ``now=``; only shells call this."""
    return datetime.now(UTC)


def aware(instant: datetime) -> datetime:
    """`instant` in UTC. Raises ValueError for a naive one: a time without a zone is a bug, not a guess."""
    if instant.tzinfo is None:
        raise ValueError(f"naive time {instant.isoformat()}: give it a time zone")
    return instant.astimezone(UTC)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC, the form in which instants are stored."""
    return (aware(instant) - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant stored as `micros`."""
    return EPOCH + timedelta(microseconds=micros)


def site_day(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of `instant` at the site."""
    return aware(instant).astimezone(zone).date()


def rfc3339(instant: datetime, zone: ZoneInfo | None = None) -> str:
    """`instant` with its offset, as all JSON shows times (RFC 3339)."""
    local = aware(instant).astimezone(zone) if zone else aware(instant)
    return local.isoformat(timespec="seconds" if not local.microsecond else "microseconds")


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which `day` begins at the site, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
