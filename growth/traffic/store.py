"""Queries over visits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.channels.models import Channel, Identity, Origin
from growth.traffic.models import PagePath, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """A visit. `channel` is our own channel, else the medium; `source` and `term` are None where nobody said."""

    id: str
    visitor: str
    started_at: datetime
    ended_at: datetime
    pages: int
    medium: str
    source: str | None
    channel: str
    campaign: str | None
    term: str | None
    landing: str
    exit: str
    engaged_ms: int
    bounced: bool
    click_id: str | None


def visits(session: Session, *, from_day: date | None = None, until_day: date | None = None) -> Iterator[VisitView]:
    """Visits by their start, bots left out; days inclusive, of the visit's start."""
    entry, last = PagePath.__table__.alias("entry"), PagePath.__table__.alias("last")
    query = (
        select(Visit, Origin, Channel.name, Identity.key, entry.c.path, last.c.path)
        .join(Origin, Origin.id == Visit.origin_id)
        .outerjoin(Channel, Channel.id == Origin.channel_id)
        .outerjoin(Identity, Identity.id == Visit.visitor_id)
        .outerjoin(entry, entry.c.id == Visit.entry_page_id)
        .outerjoin(last, last.c.id == Visit.exit_page_id)
        .order_by(Visit.started_at, Visit.id)
        .execution_options(yield_per=1000)
    )
    if from_day is not None:
        query = query.where(Visit.day >= from_day)
    if until_day is not None:
        query = query.where(Visit.day <= until_day)
    for visit, origin, channel, key, landing, exit_path in session.execute(query):
        yield VisitView(
            id=str(visit.id),
            visitor=(key or "").partition(":")[2],
            started_at=visit.started_at,
            ended_at=visit.ended_at,
            pages=visit.pages,
            medium=origin.medium,
            source=origin.source or None,
            channel=channel or origin.medium,
            campaign=origin.campaign or None,
            term=origin.term or None,
            landing=landing or "",
            exit=exit_path or "",
            engaged_ms=visit.engaged_ms,
            bounced=visit.bounced,
            click_id=visit.click_id or None,
        )
