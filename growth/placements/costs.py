"""What placements cost, booked on their channels: over the days `from`–`until`, or on the one day that is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from growth.channels import Booking, book, bookings
from growth.placements.settings import PlacementEntry

KIND = "placement"


def book_costs(
    session: Session, *, entries: tuple[PlacementEntry, ...], channels: Collection[str], retired: Mapping[str, date], today: date
) -> None:
    """Make the channels' costs say what placements.yaml says.

    Without `from` and `until` the whole cost falls on the day it was first booked. One that left the file (`retired`: its id and the day
    it left) keeps what had fallen due by then: that was spent. One whose channel is not among `channels` keeps what was booked; `growth
    check` says that the channel is missing.
    """
    standing = bookings(session, kind=KIND)
    wanted: dict[str, Booking] = {}
    names: dict[str, str] = {}
    for entry in entries:
        source = f"{KIND}:{entry.id}"
        if entry.cost is None or entry.cost.amount <= 0:
            continue
        # under the id it had before, it was booked first
        before = standing.get(source) or standing.get(f"{KIND}:{entry.formerly}")
        if entry.channel not in channels:
            if before:
                wanted[source], names[source] = before, entry.id
            continue
        first = entry.from_ or entry.until or (before.first if before else today)
        wanted[source] = Booking(channel=entry.channel, amount=entry.cost, first=first, last=entry.until or first)
        names[source] = entry.id
    for id_, day in retired.items():
        source = f"{KIND}:{id_}"
        if source in standing and source not in wanted:
            wanted[source], names[source] = _spent(standing[source], day), id_
    book(session, {source: entry for source, entry in wanted.items() if entry.first <= entry.last}, kind=KIND, placements=names)


def _spent(entry: Booking, day: date) -> Booking:
    """The part of a booking up to `day`."""
    if day >= entry.last:
        return entry
    if day < entry.first:
        return replace(entry, last=day)
    length, gone = (entry.last - entry.first).days + 1, (day - entry.first).days + 1
    minor = entry.amount.minor * gone // length
    return replace(entry, last=day, amount=type(entry.amount).from_minor(minor, entry.amount.currency))
