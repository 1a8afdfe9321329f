"""From raw events to visits and touches: batch by batch after a cursor, so that a crash loses and doubles nothing.

Events in order are added to the visitor's last visit. An event from before that visit's end (an offline beacon, an unsorted import) makes
the visits around it anew from the raw events, with the same fold; so visits depend on the events alone, not on the order they came in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import (
    ChannelMedium,
    NewTouch,
    Origin,
    TouchKind,
    add_identities,
    forget_touches,
    insert_new,
    join,
    origin_ids,
    record_touches,
    resolve_link,
)
from growth.db import Database, table_of
from growth.traffic.beacon import EventKind
from growth.traffic.known import look_up_recognised, note_contacts, note_pages, recognise
from growth.traffic.models import Event, EventText, LooseVisitor, PagePath, TrafficCursor, Visit, VisitorStep
from growth.traffic.rollups import count_pages, mark_days, refresh_rollups
from growth.traffic.rules import Strength
from growth.traffic.sessions import STARTING, Act, OpenVisit, fold
from growth.traffic.signups import claim_views, place_signups
from growth.traffic.writing import origin_of

#: events of one transaction in the main store: well under 100 ms
BATCH: Final = 1000
#: microseconds of a quarter of an hour
_QUARTER: Final = 900_000_000
_VISIT: Final = table_of(Visit)
_PAGE: Final = table_of(PagePath)
_COLUMNS: Final = (
    Event.id,
    Event.at_micros,
    Event.kind,
    Event.page,
    Event.origin,
    Event.strength,
    Event.agent,
    Event.click,
    Event.token,
    Event.duration_ms,
    Event.visitor,
    Event.title,
    Event.view,
    Event.scroll,
    Event.load_ms,
    Event.name,
)


@dataclass(slots=True)
class _Batch:
    """Visits to write, and what is to be known for it."""

    texts: dict[int, str]
    new: list[tuple[int, OpenVisit]] = field(default_factory=list)
    changed: list[tuple[int, OpenVisit]] = field(default_factory=list)
    #: (visitor, visit ids) that late events made void
    void: list[tuple[int, list[int]]] = field(default_factory=list)
    #: visitors without a visit so far
    loose: list[int] = field(default_factory=list)
    #: what happened on pages, by (day, page)
    pages: dict[tuple[date, int], Counter[str]] = field(default_factory=dict)
    #: (visitor, text id of a step's name, microseconds)
    steps: list[tuple[int, int, int]] = field(default_factory=list)
    #: (visitor, page, microseconds)
    seen: list[tuple[int, int, int]] = field(default_factory=list)
    days: set[date] = field(default_factory=set)


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
        rows = raw.execute(select(*_COLUMNS).where(Event.id > cursor).order_by(Event.id).limit(BATCH)).all()
        if not rows:
            return 0
        zone = database.workspace.zone
        batch = _Batch(texts={})
        by_visitor: dict[int, list[Act]] = defaultdict(list)
        titles: dict[int, int] = {}
        views: dict[int, int] = {}
        for row in rows:
            by_visitor[row[10]].append(_act(row))
            _count(batch, row, zone)
            if row[2] in STARTING:
                if row[11]:
                    titles[row[3]] = row[11]
                if row[12]:
                    views[row[12]] = row[10]
        timeout = database.workspace.settings.attribution.visit_timeout // timedelta(microseconds=1)
        with database.write() as session:
            if not _move_cursor(session, cursor, rows[-1][0]):
                return BATCH  # another process has taken this batch: look again
            last = _last_visits(session, list(by_visitor))
            loose = _loose(session, [visitor for visitor in by_visitor if visitor not in last])
            for visitor, acts in by_visitor.items():
                acts.sort(key=lambda act: act.order)
                before = last.get(visitor)
                if visitor in loose or (before is not None and acts[0].at <= before.last):
                    _remake(session, raw, batch, visitor, acts, timeout)
                else:
                    _extend(batch, visitor, acts, before, timeout)
            _read_texts(raw, batch, by_visitor, titles)
            _write(session, batch, zone)
            _write_titles(session, batch, titles)
            _write_counts(session, batch, zone)
            claim_views(session, {view: batch.texts[visitor] for view, visitor in views.items()})
            place_signups(session, by_visitor)
    return len(rows)


def _count(batch: _Batch, row: Sequence[Any], zone: ZoneInfo) -> None:
    """What an event adds to the counts of its page."""
    kind, page = row[2], row[3]
    counts = batch.pages.setdefault((_day(row[1] // _QUARTER, zone), page), Counter())
    if kind in STARTING:
        counts["views" if kind == EventKind.PAGE else "missing"] += 1
        batch.seen.append((row[10], page, row[1]))
        if row[14]:
            counts["loads"] += 1
            counts["load_ms"] += row[14]
    elif kind == EventKind.LEAVE:
        counts["leaves"] += 1
        counts["engaged_ms"] += row[9] or 0
        counts["scrolled"] += row[13] or 0
    elif kind == EventKind.ERROR:
        counts["errors"] += 1
    elif kind == EventKind.STEP and row[15]:
        batch.steps.append((row[10], row[15], row[1]))


@lru_cache(maxsize=4096)
def _day(quarter: int, zone: ZoneInfo) -> date:
    """The site's day of a quarter of an hour: zones differ by quarters."""
    return clock.site_day(clock.from_micros(quarter * _QUARTER), zone)


def _act(row: Sequence[Any]) -> Act:
    return Act(
        id=row[0],
        at=row[1],
        kind=EventKind(row[2]),
        page=row[3],
        origin=row[4],
        strength=Strength(row[5]),
        agent=row[6],
        click=row[7],
        token=row[8],
        duration_ms=row[9] or 0,
    )


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
    for start in range(0, len(visitors), 500):
        part = visitors[start : start + 500]
        latest = (
            select(Visit.visitor_id, func.max(Visit.started_at).label("at")).where(Visit.visitor_id.in_(part)).group_by(Visit.visitor_id)
        )
        newest = latest.subquery()
        rows = session.execute(
            select(_VISIT).join(newest, and_(_VISIT.c.visitor_id == newest.c.visitor_id, _VISIT.c.started_at == newest.c.at))
        )
        for row in rows.mappings():
            visit = _opened(row)
            known = found.get(row["visitor_id"])
            if known is None or visit.id > known.id:
                found[row["visitor_id"]] = visit
    return found


def _loose(session: Session, visitors: list[int]) -> set[int]:
    """Those of `visitors` that have events without a visit."""
    found: set[int] = set()
    for start in range(0, len(visitors), 500):
        part = visitors[start : start + 500]
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
    """Late events: make the visits around them anew from the raw events."""
    first, last = acts[0].at, acts[-1].at
    rows = session.execute(
        select(_VISIT)
        .where(Visit.visitor_id == visitor, Visit.last_event_at >= clock.from_micros(max(first - timeout, 0)))
        .order_by(Visit.started_at, Visit.id)
    ).mappings()
    void: list[OpenVisit] = []
    until: int | None = None
    reach = last
    for row in rows:
        visit = _opened(row)
        if visit.started - reach > timeout:
            until = visit.started
            break
        void.append(visit)
        reach = max(reach, visit.ended)
    # without a visit there may be older events that began none
    since = min([first, *(visit.started for visit in void)]) if void or until else 0
    query = select(*_COLUMNS).where(Event.visitor == visitor, Event.at_micros >= since)
    if until is not None:
        query = query.where(Event.at_micros < until)
    cursor = _cursor(session)
    events = [_act(row) for row in raw.execute(query.where(Event.id <= cursor))]
    ids = {act.id for act in events}
    if any(visit.id not in ids for visit in void):
        # raw events of these visits were cleared as retention says: what is left cannot be told anew, so they stay as they are
        return
    batch.void.append((visitor, [visit.id for visit in void]))
    events.sort(key=lambda act: act.order)
    made = fold(events, timeout_micros=timeout)
    if made:
        session.execute(delete(LooseVisitor).where(LooseVisitor.visitor_id == visitor))
    batch.new.extend((visitor, visit) for visit in made)


def _read_texts(raw: Session, batch: _Batch, by_visitor: Iterable[int], titles: dict[int, int]) -> None:
    wanted: set[int] = set(by_visitor) | set(titles.values()) | set(titles) | {page for _day, page in batch.pages}
    wanted |= {name for _visitor, name, _at in batch.steps}
    for _visitor, visit in (*batch.new, *batch.changed):
        wanted |= {visit.origin, visit.entry, visit.exit, visit.click}
        wanted |= {origin for _at, origin in visit.touches}
        wanted |= {token for _at, token in visit.links}
    ids = [id for id in wanted if id]
    for start in range(0, len(ids), 500):
        rows = raw.execute(select(EventText.id, EventText.value).where(EventText.id.in_(ids[start : start + 500])))
        batch.texts.update(rows.tuples().all())


def _write(session: Session, batch: _Batch, zone: ZoneInfo) -> None:
    texts = batch.texts
    for visitor, gone in batch.void:
        batch.days |= set(session.scalars(delete(_VISIT).where(_VISIT.c.id.in_(gone)).returning(_VISIT.c.day)))
        forget_touches(session, identity_id=visitor, evidence=[f"visit:{id}" for id in gone])
    insert_new(session, LooseVisitor, [{"visitor_id": visitor} for visitor in batch.loose], on="visitor_id")
    everyone = {visitor for visitor, _visit in (*batch.new, *batch.changed)}
    add_identities(session, [texts[visitor] for visitor in everyone])
    origins: dict[int, Origin] = {0: Origin(medium=ChannelMedium.DIRECT)}
    for _visitor, visit in (*batch.new, *batch.changed):
        for id in (visit.origin, *(origin for _at, origin in visit.touches)):
            if id not in origins:
                origins[id] = origin_of(texts[id])
    ids = origin_ids(session, origins.values())
    pages = {id for _visitor, visit in (*batch.new, *batch.changed) for id in (visit.entry, visit.exit)} | {id for _day, id in batch.pages}
    insert_new(session, PagePath, [{"id": id, "path": texts[id], "title": ""} for id in pages if id], on="id")
    if batch.new:
        session.execute(insert(_VISIT), [_row(visitor, visit, ids[origins[visit.origin]], texts, zone) for visitor, visit in batch.new])
    for _visitor, visit in batch.changed:
        session.execute(update(_VISIT).where(_VISIT.c.id == visit.id).values(_moving(visit)))
    touches = [
        NewTouch(at=clock.from_micros(at), key=texts[visitor], origin=origins[origin], kind=TouchKind.VISIT, evidence=f"visit:{visit.id}")
        for visitor, visit in (*batch.new, *batch.changed)
        for at, origin in visit.touches
    ]
    record_touches(session, touches)
    _join_people(session, batch)
    batch.days |= {clock.site_day(clock.from_micros(visit.started), zone) for _visitor, visit in (*batch.new, *batch.changed)}


def _write_counts(session: Session, batch: _Batch, zone: ZoneInfo) -> None:
    count_pages(session, batch.pages)
    mark_days(session, batch.days)
    rows = []
    for visitor, name, micros in batch.steps:
        at = clock.from_micros(micros)
        rows.append({"visitor_id": visitor, "name": batch.texts[name], "at": at, "day": clock.site_day(at, zone)})
    insert_new(session, VisitorStep, rows, on=("visitor_id", "name", "at"))
    note_pages(session, batch.seen)
    latest: dict[int, int] = {}
    for visitor, _page, micros in batch.seen:
        latest[visitor] = max(micros, latest.get(visitor, micros))
    note_contacts(session, latest)


def _row(visitor: int, visit: OpenVisit, origin_id: int, texts: dict[int, str], zone: ZoneInfo) -> dict[str, Any]:
    started = clock.from_micros(visit.started)
    parameter, _equals, value = texts.get(visit.click, "").partition("=")
    return {
        "id": visit.id,
        "visitor_id": visitor,
        "started_at": started,
        "day": clock.site_day(started, zone),
        "origin_id": origin_id,
        "entry_page_id": visit.entry,
        "click_parameter": parameter,
        "click_id": value,
        "agent": visit.agent,
        **_moving(visit),
    }


def _moving(visit: OpenVisit) -> dict[str, Any]:
    """What further events change."""
    return {
        "ended_at": clock.from_micros(visit.ended),
        "last_event_at": clock.from_micros(visit.last),
        "exit_page_id": visit.exit,
        "pages": visit.pages,
        "events": visit.events,
        "engaged_ms": visit.engaged_ms,
        "bounced": visit.bounced,
        "acted": visit.acted,
        "current_origin": visit.current_origin,
        "current_campaign": visit.current_campaign,
    }


def _join_people(session: Session, batch: _Batch) -> None:
    """A link that was made for one person tells whose visit it is."""
    for visitor, visit in (*batch.new, *batch.changed):
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


def _write_titles(session: Session, batch: _Batch, titles: dict[int, int]) -> None:
    """The title that a page had last."""
    rows: list[dict[str, Any]] = [{"id": page, "path": batch.texts[page], "title": batch.texts[title]} for page, title in titles.items()]
    insert_new(session, PagePath, rows, on="id")
    known = dict(session.execute(select(PagePath.id, PagePath.title).where(PagePath.id.in_(titles))).tuples().all()) if titles else {}
    for row in rows:
        if known.get(row["id"]) != row["title"]:
            session.execute(update(_PAGE).where(_PAGE.c.id == row["id"]).values(title=row["title"]))
