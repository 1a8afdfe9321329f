"""From raw events to visits and touches: batch by batch after a cursor, so that a crash loses and doubles nothing.

Events in order are added to the visitor's last visit. An event from before that visit's end (an offline beacon, an unsorted import) makes
the visits around it anew from the raw events, with the same fold; so visits depend on the events alone, not on the order they came in.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import (
    ChannelMedium,
    Origin,
    TouchKind,
    add_identities,
    forget_touches,
    insert_new,
    insert_rows,
    join,
    origin_ids,
    resolve_link,
    stored_day,
    update_rows,
    write_touches,
)
from growth.db import Database, table_of
from growth.traffic.beacon import EventKind
from growth.traffic.known import look_up_recognised, note_known, recognise
from growth.traffic.models import Event, EventText, LooseVisitor, PagePath, TrafficCursor, Visit, VisitorStep
from growth.traffic.rollups import COUNTED, count_pages, mark_days, refresh_rollups
from growth.traffic.rules import Strength
from growth.traffic.sessions import STARTING, Act, OpenVisit, fold
from growth.traffic.signups import claim_views, place_signups
from growth.traffic.writing import origin_of

#: events of one transaction in the main store: well under 100 ms
BATCH: Final = 2000
#: microseconds of a quarter of an hour
_QUARTER: Final = 900_000_000
#: pages whose title is remembered
_REMEMBERED: Final = 50_000
_VISIT: Final = table_of(Visit)
_PAGE: Final = table_of(PagePath)
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
_VIEWS, _MISSING, _ERRORS, _ENGAGED_MS, _LEAVES, _SCROLLED, _LOADS, _LOAD_MS = range(len(COUNTED))
_KINDS: Final = {kind.value: kind for kind in EventKind}
_STRENGTHS: Final = {strength.value: strength for strength in Strength}


@dataclass(slots=True)
class _Batch:
    """What is to be written, and the texts that are needed for it."""

    texts: dict[int, str] = field(default_factory=dict)
    new: list[tuple[int, OpenVisit]] = field(default_factory=list)
    changed: list[tuple[int, OpenVisit]] = field(default_factory=list)
    #: (visitor, visit ids) that late events made void
    void: list[tuple[int, list[int]]] = field(default_factory=list)
    #: visitors without a visit so far
    loose: list[int] = field(default_factory=list)
    #: visitors of whom nothing was known before
    unknown: set[int] = field(default_factory=set)
    #: what happened on pages, by (day, page); numbers in the order of `COUNTED`
    pages: dict[tuple[date, int], list[int]] = field(default_factory=dict)
    #: text id of the title that a page had last
    titles: dict[int, int] = field(default_factory=dict)
    #: visitor by page view
    views: dict[int, int] = field(default_factory=dict)
    #: (visitor, text id of a step's name, microseconds)
    steps: list[tuple[int, int, int]] = field(default_factory=list)
    #: (visitor, page, microseconds)
    seen: list[tuple[int, int, int]] = field(default_factory=list)
    days: set[date] = field(default_factory=set)

    @property
    def visits(self) -> list[tuple[int, OpenVisit]]:
        """All visits to write."""
        return [*self.new, *self.changed]


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
        batch = _Batch()
        by_visitor: dict[int, list[Act]] = defaultdict(list)
        for row in rows:
            by_visitor[row[10]].append(_act(row))
            _count(batch, row, zone)
        timeout = database.workspace.settings.attribution.visit_timeout // timedelta(microseconds=1)
        with database.write() as session:
            if not _move_cursor(session, cursor, rows[-1][0]):
                return BATCH  # another process has taken this batch: look again
            _fold_all(session, raw, batch, by_visitor, timeout)
            fresh = {page for _day, page in batch.pages if page and page not in known}
            changed = {page: title for page, title in batch.titles.items() if known.get(page) != title}
            _read_texts(raw, batch, fresh | set(changed) | set(changed.values()), by_visitor)
            _write_visits(session, batch, zone)
            _write_pages(session, batch, fresh, changed)
            _write_counts(session, batch, zone)
            claim_views(session, batch.views, batch.texts)
            place_signups(session, by_visitor)
        known.update(dict.fromkeys(fresh, 0) | changed)
        while len(known) > _REMEMBERED:
            known.popitem(last=False)
    return len(rows)


def _fold_all(session: Session, raw: Session, batch: _Batch, by_visitor: dict[int, list[Act]], timeout: int) -> None:
    last = _last_visits(session, list(by_visitor))
    loose = _loose(session, [visitor for visitor in by_visitor if visitor not in last])
    batch.unknown = by_visitor.keys() - last.keys()
    for visitor, acts in by_visitor.items():
        if len(acts) > 1:
            acts.sort(key=lambda act: act.order)
        before = last.get(visitor)
        if visitor in loose or (before is not None and acts[0].at <= before.last):
            _remake(session, raw, batch, visitor, acts, timeout)
        else:
            _extend(batch, visitor, acts, before, timeout)


def _count(batch: _Batch, row: Sequence[Any], zone: ZoneInfo) -> None:
    """What an event adds to the counts of its page, and what else is to be kept of it."""
    kind, page, visitor = row[2], row[3], row[10]
    key = (_day(row[1] // _QUARTER, zone), page)
    counts = batch.pages.get(key)
    if counts is None:
        counts = batch.pages[key] = [0] * len(COUNTED)
    if kind in STARTING:
        counts[_VIEWS if kind == EventKind.PAGE else _MISSING] += 1
        batch.seen.append((visitor, page, row[1]))
        if row[14]:
            counts[_LOADS] += 1
            counts[_LOAD_MS] += row[14]
        if row[11]:
            batch.titles[page] = row[11]
        if row[12]:
            batch.views[row[12]] = visitor
    elif kind == EventKind.LEAVE:
        counts[_LEAVES] += 1
        counts[_ENGAGED_MS] += row[9] or 0
        counts[_SCROLLED] += row[13] or 0
    elif kind == EventKind.ERROR:
        counts[_ERRORS] += 1
    elif kind == EventKind.STEP and row[15]:
        batch.steps.append((visitor, row[15], row[1]))


@lru_cache(maxsize=4096)
def _day(quarter: int, zone: ZoneInfo) -> date:
    """The site's day of a quarter of an hour: zones differ by quarters."""
    return clock.site_day(clock.from_micros(quarter * _QUARTER), zone)


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
    for part in _parts(visitors):
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
    for part in _parts(visitors):
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


def _extend(batch: _Batch, visitor: int, acts: Sequence[Act], before: OpenVisit | None, timeout: int) -> None:
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


def _remake(session: Session, raw: Session, batch: _Batch, visitor: int, acts: Sequence[Act], timeout: int) -> None:
    """Late events: make the visits around them anew from the raw events.

    Visits that begin within the timeout of what is made anew are made anew with it, until one stands apart.
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
    if made:
        session.execute(delete(LooseVisitor).where(LooseVisitor.visitor_id == visitor))
    batch.new.extend((visitor, visit) for visit in made)


def _read_texts(raw: Session, batch: _Batch, wanted: set[int], by_visitor: Iterable[int]) -> None:
    wanted = wanted | batch.unknown | {name for _visitor, name, _at in batch.steps} | set(batch.views.values())
    for visitor, visit in batch.visits:
        wanted |= {visit.origin, visit.click, *(origin for _at, origin in visit.touches)}
        if visit.links:
            wanted |= {visitor, *(token for _at, token in visit.links)}
    if batch.void:
        wanted |= {page for _visitor, visit in batch.new for page in (visit.entry, visit.exit)}
    text = table_of(EventText)
    for part in _parts([id for id in wanted if id]):
        batch.texts.update(raw.execute(select(text.c.id, text.c.value).where(text.c.id.in_(part))).tuples().all())


#: columns of a visit that further events change, and all of them
_MOVING: Final = (
    "ended_at",
    "last_event_at",
    "exit_page_id",
    "pages",
    "events",
    "engaged_ms",
    "bounced",
    "acted",
    "current_origin",
    "current_campaign",
)
_ALL: Final = (
    "id",
    "visitor_id",
    "started_at",
    "day",
    "origin_id",
    "entry_page_id",
    "click_parameter",
    "click_id",
    "agent",
    *_MOVING,
)


def _write_visits(session: Session, batch: _Batch, zone: ZoneInfo) -> None:
    texts = batch.texts
    for visitor, gone in batch.void:
        batch.days |= set(session.scalars(delete(_VISIT).where(_VISIT.c.id.in_(gone)).returning(_VISIT.c.day)))
        forget_touches(session, identity_id=visitor, evidence=[f"visit:{id}" for id in gone])
    add_identities(session, [texts[visitor] for visitor in batch.unknown])
    insert_new(session, LooseVisitor, [{"visitor_id": visitor} for visitor in batch.loose], on="visitor_id")
    origins: dict[int, Origin] = {0: Origin(medium=ChannelMedium.DIRECT)}
    for _visitor, visit in batch.visits:
        for id in (visit.origin, *(origin for _at, origin in visit.touches)):
            if id not in origins:
                origins[id] = origin_of(texts[id])
    ids = origin_ids(session, origins.values())
    by_text = {id: ids[origin] for id, origin in origins.items()}
    rows = []
    for visitor, visit in batch.new:
        day = _day(visit.started // _QUARTER, zone)
        batch.days.add(day)
        parameter, _equals, value = texts.get(visit.click, "").partition("=")
        head = (
            visit.id,
            visitor,
            visit.started,
            stored_day(session, day),
            by_text[visit.origin],
            visit.entry,
            parameter,
            value,
            visit.agent,
        )
        rows.append((*head, *_moving(visit)))
    insert_rows(session, _VISIT, _ALL, rows)
    update_rows(session, _VISIT, _MOVING, [(*_moving(visit), visit.id) for _visitor, visit in batch.changed])
    batch.days |= {_day(visit.started // _QUARTER, zone) for _visitor, visit in batch.changed}
    kind = TouchKind.VISIT.value
    touches = [(at, visitor, by_text[origin], kind, f"visit:{visit.id}") for visitor, visit in batch.visits for at, origin in visit.touches]
    write_touches(session, touches)
    _join_people(session, batch)


def _moving(visit: OpenVisit) -> tuple[Any, ...]:
    """Values of `_MOVING`."""
    return (
        visit.ended,
        visit.last,
        visit.exit,
        visit.pages,
        visit.events,
        visit.engaged_ms,
        visit.bounced,
        visit.acted,
        visit.current_origin,
        visit.current_campaign,
    )


def _write_pages(session: Session, batch: _Batch, fresh: set[int], changed: dict[int, int]) -> None:
    """Pages that were not known, and the title that a page had last."""
    texts = batch.texts
    insert_rows(session, _PAGE, ("id", "path", "title"), [(id, texts[id], "") for id in fresh], new_only=True)
    update_rows(session, _PAGE, ("title",), [(texts[title], page) for page, title in changed.items()])


def _write_counts(session: Session, batch: _Batch, zone: ZoneInfo) -> None:
    count_pages(session, batch.pages)
    mark_days(session, batch.days)
    rows = []
    for visitor, name, micros in batch.steps:
        rows.append(
            {"visitor_id": visitor, "name": batch.texts[name], "at": clock.from_micros(micros), "day": _day(micros // _QUARTER, zone)}
        )
    insert_new(session, VisitorStep, rows, on=("visitor_id", "name", "at"))
    note_known(session, batch.seen)


def _join_people(session: Session, batch: _Batch) -> None:
    """A link that was made for one person tells whose visit it is."""
    for visitor, visit in batch.visits:
        for at, token in visit.links:
            link = resolve_link(session, batch.texts[token])
            if link is not None and link.contact_id is not None:
                join(
                    session,
                    one=batch.texts[visitor],
                    other=f"contact:{link.contact_id}",
                    evidence=f"link:{link.id}",
                    at=clock.from_micros(at),
                )
                recognise(session, [visitor])


def _parts(ids: list[int]) -> Iterable[list[int]]:
    """Few enough for one IN (…)."""
    return (ids[start : start + 500] for start in range(0, len(ids), 500))
