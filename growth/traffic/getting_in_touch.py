"""Clicks on a phone number, a mail address, a QQ or WeChat id: who wanted to talk, and which channel had brought them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from growth import clock
from growth.channels import CHANNEL, ORIGIN
from growth.db import Database
from growth.traffic.beacon import EventKind
from growth.traffic.models import Event, EventText, Visit

#: clicks that are looked at, the latest
_MOST: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactClicks:
    """Clicks on one way to get in touch, as the page calls it (``tel:4000000000``, ``qq``), by the channel of the visit (empty: none)."""

    name: str
    channel: str
    clicks: int
    visitors: int


def contact_clicks(database: Database, *, from_day: date, until_day: date) -> list[ContactClicks]:
    """The clicks of these site days, the most first."""
    zone = database.workspace.zone
    since = clock.to_micros(clock.day_start(from_day, zone))
    until = clock.to_micros(clock.day_start(until_day + timedelta(days=1), zone))
    with database.store("events").read() as raw:
        rows = raw.execute(
            select(Event.at_micros, Event.visitor, EventText.value)
            .join(EventText, EventText.id == Event.name)
            .where(Event.kind == EventKind.CONTACT.value, Event.at_micros >= since, Event.at_micros < until)
            .order_by(Event.at_micros.desc())
            .limit(_MOST)
        ).all()
    ways = _ways(database, {visitor for _at, visitor, _name in rows})
    clicks: Counter[tuple[str, str]] = Counter()
    visitors: dict[tuple[str, str], set[int]] = defaultdict(set)
    for at, visitor, name in rows:
        begun, channels = ways.get(visitor, ([], []))
        place = bisect_right(begun, at)
        key = (name, channels[place - 1] if place else "")
        clicks[key] += 1
        visitors[key].add(visitor)
    made = [ContactClicks(name=key[0], channel=key[1], clicks=count, visitors=len(visitors[key])) for key, count in clicks.items()]
    return sorted(made, key=lambda row: (-row.clicks, row.name, row.channel))


def _ways(database: Database, visitors: set[int]) -> dict[int, tuple[list[int], list[str]]]:
    """When each visitor's visits began (microseconds), and the channel of each."""
    found: dict[int, tuple[list[int], list[str]]] = defaultdict(lambda: ([], []))
    ids = sorted(visitors)
    with database.read() as session:
        for start in range(0, len(ids), 500):
            query = (
                select(Visit.visitor_id, Visit.started_at, CHANNEL.c.name, ORIGIN.c.medium)
                .join(ORIGIN, ORIGIN.c.id == Visit.origin_id)
                .outerjoin(CHANNEL, CHANNEL.c.id == ORIGIN.c.channel_id)
                .where(Visit.visitor_id.in_(ids[start : start + 500]))
                .order_by(Visit.started_at)
            )
            for visitor, started, channel, medium in session.execute(query):
                begun, channels = found[visitor]
                begun.append(clock.to_micros(started))
                channels.append(channel or medium)
    return found
