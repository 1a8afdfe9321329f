"""Roll-ups: what the pages of the dashboard read, so that a year of events answers at once.

Counts of pages and of steps between them are added to as events come (`count_pages`, `write_ways`, in the cursor's transaction). Visits may
change after the fact, so their sums are made anew for the days that changed (`refresh_rollups`), which any reader does first; a day of ten
thousand visits takes milliseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Subquery, case, delete, func, insert, literal, select, union_all
from sqlalchemy.orm import Session

from growth.channels import add_to_rows, insert_marks, stored_day
from growth.db import Base, Database, table_of
from growth.traffic.models import DirtyDay, EntryDay, EntryMonth, PageDay, PageMonth, PageWay, PageWayMonth, Visit, VisitDay

#: what is counted of a page on a day, in the order of the counts
COUNTED: Final = (
    "views",
    "missing",
    "errors",
    "engaged_ms",
    "leaves",
    "scrolled",
    "loads",
    "load_ms",
    "clicks",
    "phone_clicks",
    "depths",
    "depth",
)
#: what is counted of where visits begin and end
ENDS: Final = ("entries", "exits", "bounces")
#: marks looked up at a time
_DAYS: Final = 50


def count_pages(session: Session, counts: Mapping[tuple[date, int], Sequence[int]]) -> None:
    """Add to what happened on pages, by (day, page id); numbers in the order of `COUNTED`."""
    by_month: dict[tuple[date, int], Sequence[int]] = {}
    for (day, page), numbers in counts.items():
        key = (day.replace(day=1), page)
        known = by_month.get(key)
        by_month[key] = numbers if known is None else [one + other for one, other in zip(known, numbers, strict=True)]
    for table, name, found in ((PageDay, "day", counts), (PageMonth, "month", by_month)):
        rows = [(stored_day(session, day), page, *numbers) for (day, page), numbers in sorted(found.items())]
        add_to_rows(session, table_of(table), (name, "page_id"), COUNTED, rows)


def page_counts(from_day: date, until_day: date) -> Subquery:
    """What happened on pages on these days: `page_id` and the columns of `COUNTED`, of whole months a row, of other days a row each."""
    return _spanned(PageDay, PageMonth, ("page_id", *COUNTED), from_day, until_day)


def entry_counts(from_day: date, until_day: date) -> Subquery:
    """Where visits began and ended on these days: `page_id` and the columns of `ENDS`, in the same way."""
    return _spanned(EntryDay, EntryMonth, ("page_id", *ENDS), from_day, until_day)


def way_counts(from_day: date, until_day: date, **of: int) -> Subquery:
    """Steps on these days from a page (`page_id=`) or to it (`next_id=`): `page_id`, `next_id` and `count`, in the same way."""
    return _spanned(PageWay, PageWayMonth, ("page_id", "next_id", "count"), from_day, until_day, **of)


def _spanned(days: type[Base], months: type[Base], names: Sequence[str], from_day: date, until_day: date, **of: int) -> Subquery:
    """The columns `names` of the months that lie within these days as a whole, and of the days around them."""
    day, month = table_of(days).c, table_of(months).c
    first = from_day if from_day.day == 1 else _next_month(from_day)
    end = _next_month(until_day) if (until_day + timedelta(days=1)).day == 1 else until_day.replace(day=1)
    by_day = select(*(day[name] for name in names)).where(*(day[name] == value for name, value in of.items()))
    if first >= end:
        return by_day.where(day.day.between(from_day, until_day)).subquery()
    by_month = select(*(month[name] for name in names)).where(*(month[name] == value for name, value in of.items()))
    parts = [by_month.where(month.month >= first, month.month < end)]
    # a part of its own for each side: with OR, SQLite walks over all the days between them
    if from_day < first:
        parts.append(by_day.where(day.day >= from_day, day.day < first))
    if end <= until_day:
        parts.append(by_day.where(day.day >= end, day.day <= until_day))
    return union_all(*parts).subquery()


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def write_ways(session: Session, counts: Mapping[tuple[date, int, int], int]) -> None:
    """Add to the steps from page to page, by (day, page, next page)."""
    by_month: Counter[tuple[date, int, int]] = Counter()
    for (day, page, following), count in counts.items():
        by_month[day.replace(day=1), page, following] += count
    for table, name, found in ((PageWay, "day", counts), (PageWayMonth, "month", by_month)):
        rows = [(page, stored_day(session, day), following, count) for (day, page, following), count in sorted(found.items()) if count]
        add_to_rows(session, table_of(table), ("page_id", name, "next_id"), ("count",), rows)


def mark_days(session: Session, days: Iterable[date]) -> None:
    """Say that the visits of these days have changed."""
    insert_marks(session, DirtyDay, [{"day": day} for day in sorted(set(days))], on="day")


def refresh_rollups(database: Database) -> int:
    """Make the sums of changed days anew; how many days. Cheap where nothing changed."""
    total = 0
    while True:
        with database.read() as session:
            waiting = list(session.scalars(select(DirtyDay.day).order_by(DirtyDay.day).limit(_DAYS)))
        if not waiting:
            return total
        for day in waiting:
            with database.write() as session:
                # the mark first: whoever is writing visits of that day holds it, so the sums wait for them; who marks later marks again
                if session.execute(delete(DirtyDay).where(DirtyDay.day == day).returning(DirtyDay.day)).first() is not None:
                    _make(session, day)
                    total += 1


def _make(session: Session, day: date) -> None:
    before = _ends(session, day)
    session.execute(delete(VisitDay).where(VisitDay.day == day))
    session.execute(delete(EntryDay).where(EntryDay.day == day))
    # a visitor counts at the origin of the day's first visit, so that the origins of a day add up to its visitors
    turn = func.row_number().over(partition_by=Visit.visitor_id, order_by=(Visit.started_at, Visit.id)).label("turn")
    columns = (Visit.day, Visit.origin_id, Visit.pages, Visit.engaged_ms, Visit.bounced)
    of_day = select(*columns, turn).where(Visit.day == day).subquery().c
    sums: Any = select(
        of_day.day,
        of_day.origin_id,
        func.count(),
        func.sum(case((of_day.turn == 1, 1), else_=0)),
        func.sum(of_day.pages),
        func.sum(of_day.engaged_ms),
        func.sum(case((of_day.bounced, 1), else_=0)),
    ).group_by(of_day.day, of_day.origin_id)
    session.execute(insert(VisitDay).from_select(["day", "origin_id", "visits", "visitors", "pages", "engaged_ms", "bounces"], sums))
    bounce = case((Visit.bounced, 1), else_=0).label("bounce")
    entered = select(Visit.entry_page_id.label("page"), literal(1).label("entry"), literal(0).label("leave"), bounce)
    left = select(Visit.exit_page_id, literal(0), literal(1), literal(0))
    ends = union_all(entered.where(Visit.day == day), left.where(Visit.day == day)).subquery()
    by_page = select(literal(day), ends.c.page, func.sum(ends.c.entry), func.sum(ends.c.leave), func.sum(ends.c.bounce))
    by_page = by_page.group_by(ends.c.page)
    session.execute(insert(EntryDay).from_select(["day", "page_id", "entries", "exits", "bounces"], by_page))
    after = _ends(session, day)
    none = (0,) * len(ENDS)
    more = {
        page: [new - old for new, old in zip(after.get(page, none), before.get(page, none), strict=True)]
        for page in sorted(before.keys() | after.keys())
        if after.get(page) != before.get(page)
    }
    month = stored_day(session, day.replace(day=1))
    add_to_rows(session, table_of(EntryMonth), ("month", "page_id"), ENDS, [(month, page, *counts) for page, counts in more.items()])


def _ends(session: Session, day: date) -> dict[int, tuple[int, ...]]:
    """Where the visits of a day began and ended as it is written, by page."""
    rows = session.execute(select(EntryDay.page_id, *(table_of(EntryDay).c[name] for name in ENDS)).where(EntryDay.day == day))
    return {page: tuple(counts) for page, *counts in rows}
