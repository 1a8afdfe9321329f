"""Costs that follow a declaration: what one source costs is spread over its days, and changes when the declaration does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from growth.channels import models
from growth.channels.cost import CostRow, record_costs, span_share
from growth.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What one source (``placement:sina-2026-11``) costs a channel, spread evenly over `first`–`last`."""

    channel: str
    amount: Money
    first: date
    last: date


def bookings(session: Session, *, kind: str) -> dict[str, Booking]:
    """What is booked now by sources of `kind` (``placement``), by source."""
    cost = models.Cost
    query = (
        select(cost.source, models.Channel.name, cost.currency, func.sum(cost.amount), func.min(cost.day), func.max(cost.day))
        .join(models.Channel, models.Channel.id == cost.channel_id)
        .where(cost.source.startswith(f"{kind}:", autoescape=True))
        .group_by(cost.source, models.Channel.name, cost.currency)
    )
    return {
        source: Booking(channel=channel, amount=Money.from_minor(int(amount), currency), first=first, last=last)
        for source, channel, currency, amount, first, last in session.execute(query)
    }


def book(session: Session, wanted: Mapping[str, Booking], *, kind: str, placements: Mapping[str, str]) -> None:
    """Make the costs of all sources of `kind` those of `wanted`, by source; what stands so already is not touched.

    `placements` names the placement of a source, for figures by placement. The channels must be there.
    """
    standing = bookings(session, kind=kind)
    for source in standing.keys() | wanted.keys():
        entry = wanted.get(source)
        if entry == standing.get(source):
            continue
        session.execute(delete(models.Cost).where(models.Cost.source == source))
        if entry is not None:
            record_costs(session, _days(source, entry, placements.get(source, "")))


def _days(source: str, entry: Booking, placement: str) -> list[CostRow]:
    days = [entry.first + timedelta(days=offset) for offset in range((entry.last - entry.first).days + 1)]
    return [
        CostRow(
            day=day,
            channel=entry.channel,
            amount=Money.from_minor(span_share(entry.amount.minor, day, first=entry.first, last=entry.last), entry.amount.currency),
            source=source,
            placement=placement,
        )
        for day in days
    ]
