"""From raw events to visits and touches: batch by batch after a cursor, so that a crash loses and doubles nothing.

Events in order are added to the visitor's last visit. An event from before that visit's end (an offline beacon, an unsorted import) makes
the visits around it anew from the raw events, with the same fold; so visits depend on the events alone, not on the order they came in.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import (
    insert_new,
)
from growth.db import Database, table_of
from growth.traffic.batch import Batch, count_event, count_ways, in_parts, read_texts, write_counts, write_pages, write_visits
from growth.traffic.beacon import EventKind
from growth.traffic.known import look_up_recognised
from growth.traffic.models import Event, LooseVisitor, TrafficCursor, Visit
from growth.traffic.rollups import refresh_rollups
from growth.traffic.rules import Strength
from growth.traffic.sessions import Act, OpenVisit, fold
from growth.traffic.signups import claim_views, place_signups

#: events of one transaction in the main store: well under 100 ms
BATCH: Final = 2000
#: pages whose title is remembered
_REMEMBERED: Final = 50_000
_VISIT: Final = table_of(Visit)
_EVENT: Final = table_of(Event)
_COLUMNS: Final = tuple(
    _EVENT.c[name]
    for name in (
        "id",
        "at_micros",
        "kind",
        "page",
        "origin",
        "strength",
        "agent",
        "click",
        "token",
        "duration_ms",
        "visitor",
        "title",
        "view",
        "scroll",
        "load_ms",
        "name",
    )
)
_KINDS: Final = {kind.value: kind for kind in EventKind}
_STRENGTHS: Final = {strength.value: strength for strength in Strength}


#: text id of the title that each page is known to have, by database; what is known need not be written again
_titles: WeakKeyDictionary[Database, OrderedDict[int, int]] = WeakKeyDictionary()


def catch_up(database: Database, *, most_batches: int | None = None, rollups: bool = True) -> int:
    """Make visits of all events that have come since the last time; how many events. Any number of processes may call it at once.

    `rollups`: make the sums of changed days anew as well, which readers need and a writer that runs every second leaves to them.
    """
    total = batches = 0
    while most_batches is None or batches < most_batches:
        done = _advance(database)
        total += done
        batches += 1
        if done < BATCH:
            break
    look_up_recognised(database)
    if rollups:
        refresh_rollups(database)
    return total


def pending_events(database: Database) -> int:
    """How many events are not in visits yet."""
    with database.read() as session:
        cursor = _cursor(session)
    with database.store("events").read() as session:
        return session.scalar(select(func.count()).select_from(Event).where(Event.id > cursor)) or 0


def _advance(database: Database) -> int:
    """One batch: the number of events it had."""
    with database.read() as session:
        cursor = _cursor(session)
    with database.store("events").read() as raw:
        rows = raw.execute(select(*_COLUMNS).where(_EVENT.c.id > cursor).order_by(_EVENT.c.id).limit(BATCH)).all()
        if not rows:
            return 0
        zone = database.workspace.zone
        known = _titles.setdefault(database, OrderedDict())
        batch = Batch()
        by_visitor: dict[int, list[Act]] = defaultdict(list)
        for row in rows:
            by_visitor[row[10]].append(_act(row))
            count_event(batch, row, zone)
        timeout = database.workspace.settings.attribution.visit_timeout // timedelta(microseconds=1)
        with database.write() as session:
            if not _move_cursor(session, cursor, rows[-1][0]):
                return BATCH  # another process has taken this batch: look again
            _fold_all(session, raw, batch, by_visitor, timeout, cursor)
            fresh = {page for _day, page in batch.pages if page and page not in known}
            changed = {page: title for page, title in batch.titles.items() if known.get(page) != title}
            read_texts(raw, batch, fresh | set(changed) | set(changed.values()))
            write_visits(session, batch, zone=zone)
            write_pages(session, batch, fresh=fresh, changed=changed)
            write_counts(session, batch, zone=zone)
            claim_views(session, batch.views, batch.texts)
            place_signups(session, by_visitor)
        known.update(dict.fromkeys(fresh, 0) | changed)
        while len(known) > _REMEMBERED:
            known.popitem(last=False)
    return len(rows)


def _fold_all(session: Session, raw: Session, batch: Batch, by_visitor: dict[int, list[Act]], timeout: int, cursor: int) -> None:
    last = _last_visits(session, list(by_visitor))
    loose = _loose(session, [visitor for visitor in by_visitor if visitor not in last])
    batch.unknown = by_visitor.keys() - last.keys()
    for visitor, acts in by_visitor.items():
        if len(acts) > 1:
            acts.sort(key=lambda act: act.order)
        before = last.get(visitor)
        if visitor in loose or (before is not None and acts[0].at <= before.last):
            _remake(session, raw, batch, visitor, acts, timeout, cursor)
        else:
            _extend(batch, visitor, acts, before, timeout)


def _act(row: Sequence[Any]) -> Act:
    return Act(row[0], row[1], _KINDS[row[2]], row[3], row[4], _STRENGTHS[row[5]], row[6], row[7], row[8], row[9] or 0)


def _cursor(session: Session) -> int:
    return session.scalar(select(TrafficCursor.event_id).where(TrafficCursor.id == 1)) or 0


def _move_cursor(session: Session, old: int, new: int) -> bool:
    if old == 0:
        insert_new(session, TrafficCursor, [{"id": 1, "event_id": 0}], on="id")
    moved = session.execute(
        update(TrafficCursor).where(TrafficCursor.id == 1, TrafficCursor.event_id == old).values(event_id=new).returning(TrafficCursor.id)
    )
    return moved.first() is not None


def _last_visits(session: Session, visitors: list[int]) -> dict[int, OpenVisit]:
    """The latest visit of each visitor, without touches: only what a later event is compared with and added to."""
    found: dict[int, OpenVisit] = {}
    for part in in_parts(visitors):
        newest = (
            select(_VISIT.c.visitor_id, func.max(_VISIT.c.started_at).label("at"))
            .where(_VISIT.c.visitor_id.in_(part))
            .group_by(_VISIT.c.visitor_id)
            .subquery()
        )
        same = (_VISIT.c.visitor_id == newest.c.visitor_id) & (_VISIT.c.started_at == newest.c.at)
        for row in session.execute(select(_VISIT).join(newest, same)).mappings():
            visit = _opened(row)
            known = found.get(row["visitor_id"])
            if known is None or visit.id > known.id:
                found[row["visitor_id"]] = visit
    return found


def _loose(session: Session, visitors: list[int]) -> set[int]:
    """Those of `visitors` that have events without a visit."""
    found: set[int] = set()
    for part in in_parts(visitors):
        found |= set(session.scalars(select(LooseVisitor.visitor_id).where(LooseVisitor.visitor_id.in_(part))))
    return found


def _opened(row: Any) -> OpenVisit:
    return OpenVisit(
        id=row["id"],
        started=clock.to_micros(row["started_at"]),
        ended=clock.to_micros(row["ended_at"]),
        last=clock.to_micros(row["last_event_at"]),
        origin=0,
        entry=row["entry_page_id"],
        exit=row["exit_page_id"],
        agent=row["agent"],
        pages=row["pages"],
        events=row["events"],
        engaged_ms=row["engaged_ms"],
        acted=row["acted"],
        current_origin=row["current_origin"],
        current_campaign=row["current_campaign"],
    )


def _extend(batch: Batch, visitor: int, acts: Sequence[Act], before: OpenVisit | None, timeout: int) -> None:
    events = before.events if before else 0
    visits = fold(acts, timeout_micros=timeout, visit=before)
    if not visits:
        batch.loose.append(visitor)
    for visit in visits:
        if visit is before:
            if visit.events != events:
                batch.changed.append((visitor, visit))
        else:
            batch.new.append((visitor, visit))


def _remake(session: Session, raw: Session, batch: Batch, visitor: int, acts: Sequence[Act], timeout: int, done: int) -> None:
    """Late events: make the visits around them anew from the raw events.

    Visits that begin within the timeout of what is made anew are made anew with it, until one stands apart. `done` is the last event that
    had been in visits before: those up to it make the void visits once more, so that their steps from page to page can be taken off.
    """
    first, reach = acts[0].at, acts[-1].at
    own = _VISIT.c.visitor_id == visitor
    # the visit before counts however long ago it was: a page closed late is a part of it
    before = select(func.max(_VISIT.c.started_at)).where(own, _VISIT.c.started_at <= clock.from_micros(first)).scalar_subquery()
    near = (_VISIT.c.last_event_at >= clock.from_micros(max(first - timeout, 0))) | (_VISIT.c.started_at == before)
    rows = session.execute(select(_VISIT).where(own, near).order_by(_VISIT.c.started_at, _VISIT.c.id)).mappings()
    standing = [_opened(row) for row in rows]
    cursor = _cursor(session)
    taken = 0
    while True:
        while taken < len(standing) and standing[taken].started - reach <= timeout:
            reach = max(reach, standing[taken].ended)
            taken += 1
        void = standing[:taken]
        until = standing[taken].started if taken < len(standing) else None
        # where no visit stands there may be older events that began none
        since = min([first, *(visit.started for visit in void)]) if standing else 0
        query = select(*_COLUMNS).where(Event.visitor == visitor, Event.at_micros >= since, Event.id <= cursor)
        if until is not None:
            query = query.where(Event.at_micros < until)
        events = sorted((_act(row) for row in raw.execute(query)), key=lambda act: act.order)
        made = fold(events, timeout_micros=timeout)
        reach = max([reach, *(visit.ended for visit in made)])
        if until is None or until - reach > timeout:
            break
    ids = {act.id for act in events}
    if any(visit.id not in ids for visit in void):
        # raw events of these visits were cleared as retention says: what is left cannot be told anew, so they stay as they are
        return
    batch.void.append((visitor, [visit.id for visit in void]))
    count_ways(batch, fold((act for act in events if act.id <= done), timeout_micros=timeout), session.info["database"].workspace.zone, -1)
    if made:
        session.execute(delete(LooseVisitor).where(LooseVisitor.visitor_id == visitor))
    batch.new.extend((visitor, visit) for visit in made)
