"""What happened at the site in some days: visits by source, pages, dead ends, script errors. Reads roll-ups and, for faults, raw events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import CHANNEL, ORIGIN
from growth.db import Database
from growth.traffic.beacon import EventKind
from growth.traffic.models import BeaconCount, DroppedEvent, Event, EventText, PagePath, Signup, VisitDay
from growth.traffic.rollups import ENDS, entry_counts, page_counts


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSums:
    """Sums of some days. `daily_visitors` adds up the visitors of each day: who came on two days counts twice."""

    visits: int = 0
    daily_visitors: int = 0
    views: int = 0
    engaged: timedelta = timedelta()
    bounces: int = 0
    missing: int = 0
    errors: int = 0

    @property
    def bounce_rate(self) -> float | None:
        """Share of visits that bounced."""
        return self.bounces / self.visits if self.visits else None

    @property
    def engaged_a_visit(self) -> timedelta | None:
        """Time in front of the page, a visit."""
        return self.engaged / self.visits if self.visits else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """Visits by channel (our own, else the medium) and source."""

    channel: str
    medium: str
    source: str
    visits: int
    pages: int
    bounces: int
    engaged: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """One page. Means are None where nothing was reported."""

    path: str
    title: str
    views: int
    entries: int
    exits: int
    bounces: int
    engaged: timedelta | None
    scroll: float | None
    load: timedelta | None
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEnd:
    """An address of ours that was not there, with the page or host that led to it."""

    path: str
    referrer: str
    hits: int
    visitors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptError:
    """A script error or a resource that did not load."""

    kind: str
    message: str
    script: str
    hits: int
    visitors: int
    pages: int


def site_sums(session: Session, *, from_day: date, until_day: date) -> SiteSums:
    """The sums of these days, inclusive."""
    visits = session.execute(
        select(func.sum(VisitDay.visits), func.sum(VisitDay.visitors), func.sum(VisitDay.engaged_ms), func.sum(VisitDay.bounces)).where(
            VisitDay.day.between(from_day, until_day)
        )
    ).one()
    counts = page_counts(from_day, until_day).c
    pages = session.execute(select(func.sum(counts.views), func.sum(counts.missing), func.sum(counts.errors))).one()
    return SiteSums(
        visits=int(visits[0] or 0),
        daily_visitors=int(visits[1] or 0),
        engaged=timedelta(milliseconds=int(visits[2] or 0)),
        bounces=int(visits[3] or 0),
        views=int(pages[0] or 0),
        missing=int(pages[1] or 0),
        errors=int(pages[2] or 0),
    )


def visits_by_day(session: Session, *, from_day: date, until_day: date, channel_id: int | None = None) -> dict[date, int]:
    """Visits of each day that had some; with `channel_id` those that a channel of ours brought."""
    query = select(VisitDay.day, func.sum(VisitDay.visits)).where(VisitDay.day.between(from_day, until_day)).group_by(VisitDay.day)
    if channel_id is not None:
        query = query.join(ORIGIN, ORIGIN.c.id == VisitDay.origin_id).where(ORIGIN.c.channel_id == channel_id)
    return {day: int(count) for day, count in session.execute(query)}


def sources(session: Session, *, from_day: date, until_day: date) -> list[SourceRow]:
    """Where the visits came from, the most first."""
    query = (
        select(
            CHANNEL.c.name,
            ORIGIN.c.medium,
            ORIGIN.c.source,
            func.sum(VisitDay.visits),
            func.sum(VisitDay.pages),
            func.sum(VisitDay.bounces),
            func.sum(VisitDay.engaged_ms),
        )
        .join(ORIGIN, ORIGIN.c.id == VisitDay.origin_id)
        .outerjoin(CHANNEL, CHANNEL.c.id == ORIGIN.c.channel_id)
        .where(VisitDay.day.between(from_day, until_day))
        .group_by(CHANNEL.c.name, ORIGIN.c.medium, ORIGIN.c.source)
    )
    rows = [
        SourceRow(
            channel=name or medium,
            medium=medium,
            source=source,
            visits=int(visits),
            pages=int(pages),
            bounces=int(bounces),
            engaged=timedelta(milliseconds=int(engaged)),
        )
        for name, medium, source, visits, pages, bounces, engaged in session.execute(query)
    ]
    return sorted(rows, key=lambda row: (-row.visits, row.channel, row.source))


def pages(session: Session, *, from_day: date, until_day: date, most: int = 2000) -> list[PageRow]:
    """The pages that were looked at, the most looked at first."""
    counts = page_counts(from_day, until_day).c
    names = ("views", "engaged_ms", "leaves", "scrolled", "load_ms", "loads", "errors")
    seen = (
        select(counts.page_id, *(func.sum(counts[name]).label(name) for name in names))
        .group_by(counts.page_id)
        .having(func.sum(counts.views) > 0)
        .order_by(func.sum(counts.views).desc(), counts.page_id)
        .limit(most)
        .subquery()
    )
    of_ends = entry_counts(from_day, until_day).c
    ends = select(of_ends.page_id, *(func.sum(of_ends[name]).label(name) for name in ENDS)).group_by(of_ends.page_id).subquery()
    query = (
        select(PagePath.path, PagePath.title, *(seen.c[name] for name in names), *(func.coalesce(ends.c[name], 0) for name in ENDS))
        .select_from(seen)
        .outerjoin(PagePath, PagePath.id == seen.c.page_id)
        .outerjoin(ends, ends.c.page_id == seen.c.page_id)
        .order_by(seen.c.views.desc(), seen.c.page_id)
    )
    rows = []
    for path, title, views, engaged, leaves, scrolled, load, loads, errors, entries, exits, bounces in session.execute(query):
        rows.append(
            PageRow(
                path=path or "",
                title=title or "",
                views=int(views),
                entries=int(entries),
                exits=int(exits),
                bounces=int(bounces),
                engaged=timedelta(milliseconds=int(engaged) / int(views)) if leaves else None,
                scroll=int(scrolled) / int(leaves) / 100 if leaves else None,
                load=timedelta(milliseconds=int(load) / int(loads)) if loads else None,
                errors=int(errors),
            )
        )
    return rows


def dead_ends(database: Database, *, from_day: date, until_day: date, most: int = 500) -> list[DeadEnd]:
    """Addresses that visitors did not find, with who led them there; the ones that cost most visitors first."""
    with database.store("events").read() as raw:
        query = (
            select(Event.page, Event.referrer, func.count(), func.count(Event.visitor.distinct()))
            .where(Event.kind == literal_column(str(EventKind.MISSING.value)), *_span(from_day, until_day, database.workspace.zone))
            .group_by(Event.page, Event.referrer)
            .order_by(func.count(Event.visitor.distinct()).desc(), Event.page)
            .limit(most)
        )
        rows = raw.execute(query).all()
        texts = _texts(raw, {id for row in rows for id in row[:2]})
    return [
        DeadEnd(path=texts.get(page, ""), referrer=texts.get(referrer, ""), hits=hits, visitors=visitors)
        for page, referrer, hits, visitors in rows
    ]


def script_errors(database: Database, *, from_day: date, until_day: date, most: int = 200) -> list[ScriptError]:
    """What failed in visitors' browsers, the most felt first."""
    with database.store("events").read() as raw:
        felt = func.count(Event.visitor.distinct())
        query = (
            select(Event.name, Event.message, Event.script, func.count(), felt, func.count(Event.page.distinct()))
            .where(Event.kind == literal_column(str(EventKind.ERROR.value)), *_span(from_day, until_day, database.workspace.zone))
            .group_by(Event.name, Event.message, Event.script)
            .order_by(felt.desc(), Event.message)
            .limit(most)
        )
        rows = raw.execute(query).all()
        texts = _texts(raw, {id for row in rows for id in row[:3]})
    return [
        ScriptError(
            kind=texts.get(kind, ""), message=texts.get(message, ""), script=texts.get(script, ""), hits=hits, visitors=visitors, pages=on
        )
        for kind, message, script, hits, visitors, on in rows
    ]


def left_out(database: Database, *, from_day: date, until_day: date) -> dict[str, int]:
    """Events that were not counted, by reason, and requests that were no events."""
    with database.store("events").read() as raw:
        zone = database.workspace.zone
        since, until = _micros(from_day, zone), _micros(until_day + timedelta(days=1), zone)
        dropped = select(DroppedEvent.reason, func.count()).where(DroppedEvent.at_micros >= since, DroppedEvent.at_micros < until)
        found = dict(raw.execute(dropped.group_by(DroppedEvent.reason)).tuples().all())
        counted = select(BeaconCount.what, func.sum(BeaconCount.count)).where(BeaconCount.day.between(from_day, until_day))
        for what, count in raw.execute(counted.group_by(BeaconCount.what)):
            found[what] = found.get(what, 0) + int(count)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def tracking_loss(session: Session, *, from_day: date, until_day: date) -> tuple[int, int]:
    """(sign-ups without any recorded visit, all sign-ups) of these days: what blockers and lost beacons cost."""
    within = Signup.day.between(from_day, until_day)
    total = session.scalar(select(func.count()).select_from(Signup).where(within)) or 0
    unseen = session.scalar(select(func.count()).select_from(Signup).where(within, Signup.visit_id.is_(None))) or 0
    return unseen, total


def last_event_at(database: Database) -> int | None:
    """When the last event happened, microseconds; None where none ever came."""
    with database.store("events").read() as raw:
        return raw.scalar(select(func.max(Event.at_micros)))


def _span(from_day: date, until_day: date, zone: ZoneInfo) -> tuple[ColumnElement[bool], ...]:
    return (Event.at_micros >= _micros(from_day, zone), Event.at_micros < _micros(until_day + timedelta(days=1), zone))


def _micros(day: date, zone: ZoneInfo) -> int:
    return clock.to_micros(clock.day_start(day, zone))


def _texts(raw: Session, ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in _parts([id for id in ids if id]):
        found |= dict(raw.execute(select(EventText.id, EventText.value).where(EventText.id.in_(part))).tuples().all())
    return found


def _parts(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + 500] for start in range(0, len(ids), 500))
