"""Queries over visits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.channels import CHANNEL, IDENTITY, ORIGIN
from growth.db import table_of
from growth.traffic.models import DirtyDay, EntryDay, PagePath, Signup, Step, Visit, VisitDay


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
    entry, last = table_of(PagePath).alias("entry"), table_of(PagePath).alias("last")
    said = (ORIGIN.c.medium, ORIGIN.c.source, ORIGIN.c.campaign, ORIGIN.c.term)
    query = (
        select(Visit, CHANNEL.c.name, IDENTITY.c.key, entry.c.path, last.c.path, *said)
        .join(ORIGIN, ORIGIN.c.id == Visit.origin_id)
        .outerjoin(CHANNEL, CHANNEL.c.id == ORIGIN.c.channel_id)
        .outerjoin(IDENTITY, IDENTITY.c.id == Visit.visitor_id)
        .outerjoin(entry, entry.c.id == Visit.entry_page_id)
        .outerjoin(last, last.c.id == Visit.exit_page_id)
        .order_by(Visit.started_at, Visit.id)
        .execution_options(yield_per=1000)
    )
    if from_day is not None:
        query = query.where(Visit.day >= from_day)
    if until_day is not None:
        query = query.where(Visit.day <= until_day)
    for visit, channel, key, landing, exit_path, medium, source, campaign, term in session.execute(query):
        yield VisitView(
            id=str(visit.id),
            visitor=(key or "").partition(":")[2],
            started_at=visit.started_at,
            ended_at=visit.ended_at,
            pages=visit.pages,
            medium=medium,
            source=source or None,
            channel=channel or medium,
            campaign=campaign or None,
            term=term or None,
            landing=landing or "",
            exit=exit_path or "",
            engaged_ms=visit.engaged_ms,
            bounced=visit.bounced,
            click_id=visit.click_id or None,
        )


def page_paths(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Paths of pages by id."""
    wanted = list(ids)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        found.update(session.execute(select(PagePath.id, PagePath.path).where(PagePath.id.in_(part))).tuples().all())
    return found


def entry_paths(session: Session, visit_ids: Iterable[int]) -> dict[int, str]:
    """The path on which each visit began."""
    wanted = list(visit_ids)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        query = select(Visit.id, PagePath.path).join(PagePath, PagePath.id == Visit.entry_page_id).where(Visit.id.in_(part))
        found.update(session.execute(query).tuples().all())
    return found


def visits_by_origin(session: Session, *, from_day: date | None, until_day: date) -> dict[int, int]:
    """Visits that began on these days by origin id: of the roll-ups, and of the visits themselves where a day has changed since.

    1,700,000 visits of a year: 5 ms of 1.1 s.
    """
    return _rolled_up(session, VisitDay.origin_id, VisitDay.visits, VisitDay.day, Visit.origin_id, from_day, until_day)


def visits_by_entry(session: Session, *, from_day: date | None, until_day: date) -> dict[int, int]:
    """Visits that began on these days by the id of the page they began on, in the same way."""
    return _rolled_up(session, EntryDay.page_id, EntryDay.entries, EntryDay.day, Visit.entry_page_id, from_day, until_day)


def _rolled_up(session: Session, by: Any, count: Any, day: Any, of_visit: Any, from_day: date | None, until_day: date) -> dict[int, int]:
    changed = select(DirtyDay.day)
    sums = select(by, func.sum(count)).where(day <= until_day, day.not_in(changed)).group_by(by)
    fresh = select(of_visit, func.count()).where(Visit.day <= until_day, Visit.day.in_(changed)).group_by(of_visit)
    if from_day is not None:
        sums, fresh = sums.where(day >= from_day), fresh.where(Visit.day >= from_day)
    found: dict[int, int] = {}
    for query in (sums, fresh):
        for id, number in session.execute(query):
            if number:
                found[id] = found.get(id, 0) + int(number)
    return found


def signup_values(session: Session, *, ids: tuple[int, int]) -> dict[int, tuple[int, str]]:
    """What sign-ups are worth, minor units and currency: their own value and that of all their steps in its currency.

    `ids`: the first and last sign-up that is asked for, inclusive. Those without any value are left out.
    """
    own = select(Signup.id, Signup.currency, Signup.value).where(Signup.value.is_not(None), Signup.id.between(*ids))
    found: dict[int, tuple[int, str]] = {id: (int(value or 0), currency) for id, currency, value in session.execute(own)}
    steps = select(Step.signup_id, Step.currency, func.sum(Step.value)).where(Step.value.is_not(None), Step.signup_id.between(*ids))
    for id, currency, value in session.execute(steps.group_by(Step.signup_id, Step.currency).order_by(Step.currency)):
        known, unit = found.get(id, (0, currency))
        if unit == currency:
            found[id] = (known + int(value or 0), unit)
    return found
