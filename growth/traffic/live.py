"""Who is on the site now, and the ways people take from page to page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from growth.channels import CHANNEL, ORIGIN
from growth.db import table_of
from growth.traffic.ids import text_id
from growth.traffic.models import EntryDay, PagePath, Visit
from growth.traffic.rollups import way_counts
from growth.traffic.store import page_paths

#: a visit with an event so recently is on the site now
NOW: Final = timedelta(minutes=5)


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
    #: views that followed one of the same page: no way leads to them
    reloads: int
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


def ways(session: Session, path: str, *, from_day: date, until_day: date, most: int = 20) -> Ways:
    """The pages before and after `path` in the visits that began on these site days, the most taken first; a reload is no way."""
    page = text_id(path)
    came = _steps(session, "page_id", way_counts(from_day, until_day, next_id=page))
    went = _steps(session, "next_id", way_counts(from_day, until_day, page_id=page))
    ends = select(func.sum(EntryDay.entries), func.sum(EntryDay.exits))
    begun, ended = session.execute(ends.where(EntryDay.page_id == page, EntryDay.day.between(from_day, until_day))).one()
    reloads = came.pop(page, 0)
    went.pop(page, None)
    for counts, outside in ((came, begun), (went, ended)):
        if outside:
            counts[0] = int(outside)
    texts = page_paths(session, [id for id in {*came, *went} if id])
    views = sum(came.values()) + reloads
    return Ways(path=path, views=views, reloads=reloads, before=_parts(came, texts, most), after=_parts(went, texts, most))


def _steps(session: Session, to: str, counts: Subquery) -> dict[int, int]:
    query = select(counts.c[to], func.sum(counts.c["count"])).group_by(counts.c[to])
    return {id: int(count) for id, count in session.execute(query) if count}


def _parts(counts: dict[int, int], texts: dict[int, str], most: int) -> tuple[WayPart, ...]:
    total = sum(counts.values())
    rows: Sequence[WayPart] = [WayPart(path=texts.get(id, ""), views=count, share=count / total) for id, count in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-row.views, row.path))[:most])
