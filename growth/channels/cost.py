"""What channels cost: declared rates given their share of each day, and rows of imports, campaigns and placements.

A month's fee is spread over its days so that the days sum to it exactly, and without `from` begins with the month of the channel's first
day (declared, or first seen in a touch); a single payment is spread over `from`–`until`, or falls on its one day.
Currencies are never converted: every sum is one by currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import models
from growth.channels.catalogue import channel_named
from growth.channels.writing import insert_new
from growth.db import Database
from growth.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """A cost of one day. `source` says who wrote it (``import:baidu.csv``, ``campaign:monthly/2026-11``)."""

    day: date
    channel: str
    amount: Money
    source: str
    campaign: str = ""
    keyword: str = ""
    engine: str = ""
    placement: str = ""
    impressions: int | None = None
    clicks: int | None = None
    #: which of several equal rows of one file this is
    ordinal: int = 0

    @property
    def digest(self) -> bytes:
        """Equal for the same row of the same day; figures are not part of it, or a corrected one would add up."""
        parts = (self.day.isoformat(), self.channel, self.campaign, self.keyword, self.engine, self.placement, str(self.ordinal))
        kind = self.source.partition(":")[0]
        scope = self.source if kind != "import" else "import"
        return blake2b("\0".join((scope, *parts)).encode(), digest_size=16).digest()


def record_costs(session: Session, rows: Sequence[CostRow], *, medium: str | None = None) -> int:
    """Write rows; one that is there already counts once, its figures replaced where they differ. How many were new or changed.

    Raises UnknownChannel for a channel that is not there, unless `medium` says what it would be.
    """
    ids = {name: channel_named(session, name, medium=medium, day=rows[0].day).id for name in {row.channel for row in rows}}
    present = _present(session, [row.digest for row in rows])
    fresh, changed = [], 0
    for row in rows:
        figures = (row.amount.minor, row.amount.currency, row.impressions, row.clicks)
        known = present.get(row.digest)
        if known is None:
            fresh.append(_values(row, ids[row.channel]))
        elif (known.amount, known.currency, known.impressions, known.clicks) != figures:
            known.amount, known.currency, known.impressions, known.clicks = figures
            changed += 1
    insert_new(session, models.Cost, fresh, on="digest")
    session.flush()
    return len(fresh) + changed


def costs_by_day(session: Session, *, from_day: date | None, until_day: date) -> dict[tuple[str, date, str], int]:
    """Minor units by (channel, day, currency); days inclusive, None from the beginning. Declared rates and rows together."""
    sums: dict[tuple[str, date, str], int] = defaultdict(int)
    rows = session.execute(
        select(models.Channel.name, models.Cost.day, models.Cost.currency, func.sum(models.Cost.amount))
        .join(models.Channel, models.Channel.id == models.Cost.channel_id)
        .where(models.Cost.day.between(from_day or date.min, until_day))
        .group_by(models.Channel.name, models.Cost.day, models.Cost.currency)
    )
    for name, day, currency, amount in rows:
        sums[name, day, currency] += int(amount)
    rates = session.execute(select(models.CostRate, models.Channel).join(models.Channel, models.Channel.id == models.CostRate.channel_id))
    for rate, channel in rates:
        for day, amount in _share(session, rate, channel, from_day, until_day):
            sums[channel.name, day, rate.currency] += amount
    return dict(sums)


def channel_costs(session: Session, *, from_day: date | None, until_day: date) -> dict[str, list[Money]]:
    """What each channel cost in these days, one sum a currency; channels without a cost are left out."""
    minor: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (name, _day, currency), amount in costs_by_day(session, from_day=from_day, until_day=until_day).items():
        minor[name][currency] += amount
    return {
        name: [Money.from_minor(amount, currency) for currency, amount in sorted(by_currency.items())]
        for name, by_currency in minor.items()
    }


def total_cost(session: Session, *, from_day: date | None, until_day: date) -> list[Money]:
    """What all channels cost in these days, one sum a currency."""
    minor: dict[str, int] = defaultdict(int)
    for (_name, _day, currency), amount in costs_by_day(session, from_day=from_day, until_day=until_day).items():
        minor[currency] += amount
    return [Money.from_minor(amount, currency) for currency, amount in sorted(minor.items())]


def month_share(amount: int, day: date) -> int:
    """The part of a month's `amount` (minor units) that falls on `day`; the days of the month sum to it exactly."""
    length = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
    return amount * day.day // length - amount * (day.day - 1) // length


def span_share(amount: int, day: date, *, first: date, last: date) -> int:
    """The part of `amount` that falls on `day` when it is spread over `first`–`last`."""
    length, position = (last - first).days + 1, (day - first).days
    return amount * (position + 1) // length - amount * position // length


def _share(
    session: Session, rate: models.CostRate, channel: models.Channel, from_day: date | None, until_day: date
) -> Iterator[tuple[date, int]]:
    """The rate's part of each asked day."""
    monthly = rate.per == "month"
    first = rate.from_day or (rate.until_day if rate.until_day and not monthly else _first_day(session, channel))
    if monthly and rate.from_day is None:
        first = first.replace(day=1)
    last = rate.until_day or (until_day if monthly else first)
    for day in _days(max(first, from_day or first), min(last, until_day)):
        yield day, month_share(rate.amount, day) if monthly else span_share(rate.amount, day, first=first, last=last)


def _first_day(session: Session, channel: models.Channel) -> date:
    """When a channel began: the day it was declared, or its first touch where that came earlier."""
    database: Database = session.info["database"]
    first = session.scalar(
        select(func.min(models.Touch.at))
        .join(models.Origin, models.Origin.id == models.Touch.origin_id)
        .where(models.Origin.channel_id == channel.id)
    )
    return channel.first_day if first is None else min(channel.first_day, clock.site_day(first, database.workspace.zone))


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _present(session: Session, digests: Iterable[bytes]) -> Mapping[bytes, models.Cost]:
    wanted, found = list(digests), {}
    for start in range(0, len(wanted), 500):
        for row in session.scalars(select(models.Cost).where(models.Cost.digest.in_(wanted[start : start + 500]))):
            found[row.digest] = row
    return found


def _values(row: CostRow, channel_id: int | None) -> dict[str, object]:
    return {
        "day": row.day,
        "channel_id": channel_id,
        "amount": row.amount.minor,
        "currency": row.amount.currency,
        "campaign": row.campaign,
        "keyword": row.keyword,
        "engine": row.engine,
        "placement": row.placement,
        "impressions": row.impressions,
        "clicks": row.clicks,
        "source": row.source,
        "digest": row.digest,
    }
