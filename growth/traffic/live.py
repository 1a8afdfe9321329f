"""Who is on the site now, and the ways people take from page to page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import CHANNEL, ORIGIN
from growth.db import Database, table_of
from growth.traffic.beacon import EventKind
from growth.traffic.ids import text_id
from growth.traffic.models import Event, EventText, PagePath, Visit

#: a visit with an event so recently is on the site now
NOW: Final = timedelta(minutes=5)
#: a pause that ends a way, as it ends a visit
_PAUSE: Final = timedelta(minutes=30)
_ORDER: Final = (Event.at_micros, Event.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveVisit:
    """A visit that goes on: since when, last seen, where it began, where it is, and what brought it. Nothing of it names a person."""

    started_at: datetime
    last_at: datetime
    landing: str
    page: str
    pages: int
    channel: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WayPart:
    """A page before or after another; an empty path is the outside: the visit began or ended there."""

    path: str
    views: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """From where people came to a page, and where they went from it."""

    path: str
    views: int
    before: tuple[WayPart, ...]
    after: tuple[WayPart, ...]


def on_site(session: Session, *, now: datetime, most: int = 200) -> list[LiveVisit]:
    """The visits of the last five minutes, the latest first."""
    entry, last = table_of(PagePath).alias("entry"), table_of(PagePath).alias("last")
    query = (
        select(
            Visit.started_at, Visit.last_event_at, entry.c.path, last.c.path, Visit.pages, CHANNEL.c.name, ORIGIN.c.medium, ORIGIN.c.source
        )
        .join(ORIGIN, ORIGIN.c.id == Visit.origin_id)
        .outerjoin(CHANNEL, CHANNEL.c.id == ORIGIN.c.channel_id)
        .outerjoin(entry, entry.c.id == Visit.entry_page_id)
        .outerjoin(last, last.c.id == Visit.exit_page_id)
        # a visit begins at most a day before its last event; the index is on the day
        .where(Visit.day >= (now - timedelta(days=2)).date(), Visit.last_event_at > now - NOW)
        .order_by(Visit.last_event_at.desc(), Visit.id)
        .limit(most)
    )
    return [
        LiveVisit(
            started_at=started,
            last_at=seen,
            landing=landing or "",
            page=page or "",
            pages=pages,
            channel=channel or medium,
            source=source,
        )
        for started, seen, landing, page, pages, channel, medium, source in session.execute(query)
    ]


def ways(database: Database, path: str, *, from_day: date, until_day: date, most: int = 20) -> Ways:
    """The pages before and after `path` in the visits of these site days, the most taken first; a reload is no way."""
    zone = database.workspace.zone
    since = clock.to_micros(clock.day_start(from_day, zone))
    until = clock.to_micros(clock.day_start(until_day + timedelta(days=1), zone))
    page = text_id(path)
    with database.store("events").read() as raw:
        viewed = (Event.kind.in_((EventKind.PAGE.value, EventKind.MISSING.value)), Event.at_micros >= since, Event.at_micros < until)
        visitors = select(Event.visitor).where(Event.page == page, *viewed)
        steps = select(
            Event.page.label("page"),
            Event.at_micros.label("at"),
            func.lag(Event.page).over(partition_by=Event.visitor, order_by=_ORDER).label("before"),
            func.lag(Event.at_micros).over(partition_by=Event.visitor, order_by=_ORDER).label("before_at"),
            func.lead(Event.page).over(partition_by=Event.visitor, order_by=_ORDER).label("after"),
            func.lead(Event.at_micros).over(partition_by=Event.visitor, order_by=_ORDER).label("after_at"),
        )
        found = steps.where(Event.visitor.in_(visitors), *viewed).subquery()
        rows = raw.execute(select(found).where(found.c.page == page)).all()
        pause = _PAUSE // timedelta(microseconds=1)
        came: dict[int, int] = {}
        went: dict[int, int] = {}
        for _page, at, before, before_at, after, after_at in rows:
            if before != page or at - before_at > pause:
                origin = before if before is not None and at - before_at <= pause else 0
                came[origin] = came.get(origin, 0) + 1
            if after != page or after_at - at > pause:
                goal = after if after is not None and after_at - at <= pause else 0
                went[goal] = went.get(goal, 0) + 1
        ids = [id for id in {*came, *went} if id]
        texts: dict[int, str] = {}
        for start in range(0, len(ids), 500):
            part = select(EventText.id, EventText.value).where(EventText.id.in_(ids[start : start + 500]))
            texts |= dict(raw.execute(part).tuples().all())
    return Ways(path=path, views=len(rows), before=_parts(came, texts, most), after=_parts(went, texts, most))


def _parts(counts: dict[int, int], texts: dict[int, str], most: int) -> tuple[WayPart, ...]:
    total = sum(counts.values())
    rows: Sequence[WayPart] = [WayPart(path=texts.get(id, ""), views=count, share=count / total) for id, count in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-row.views, row.path))[:most])
