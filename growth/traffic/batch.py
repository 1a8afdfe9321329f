"""One batch of events on its way into the main store: what it changes, and how that is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
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
from growth.db import table_of
from growth.traffic.beacon import EventKind
from growth.traffic.getting_in_touch import write_contact_clicks
from growth.traffic.known import note_known, recognise
from growth.traffic.models import EventText, LooseVisitor, PagePath, Visit, VisitorStep
from growth.traffic.rollups import COUNTED, count_pages, mark_days, write_ways
from growth.traffic.sessions import STARTING, OpenVisit
from growth.traffic.writing import origin_of

#: microseconds of a quarter of an hour
_QUARTER: Final = 900_000_000
_VISIT: Final = table_of(Visit)
_PAGE: Final = table_of(PagePath)
_VIEWS, _MISSING, _ERRORS, _ENGAGED_MS, _LEAVES, _SCROLLED, _LOADS, _LOAD_MS = range(8)


@dataclass(slots=True)
class Batch:
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
    #: steps from page to page by (day of the visit's start, page, next page); those of void visits are taken off
    ways: Counter[tuple[date, int, int]] = field(default_factory=Counter)
    #: (event, microseconds, visitor, text id of what was clicked to get in touch)
    contacts: list[tuple[int, int, int, int]] = field(default_factory=list)

    @property
    def visits(self) -> list[tuple[int, OpenVisit]]:
        """All visits to write."""
        return [*self.new, *self.changed]


def count_event(batch: Batch, row: Sequence[Any], zone: ZoneInfo) -> None:
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
    elif kind == EventKind.CONTACT and row[15]:
        batch.contacts.append((row[0], row[1], visitor, row[15]))


def count_ways(batch: Batch, visits: Iterable[OpenVisit], zone: ZoneInfo, times: int = 1) -> None:
    """Add the steps from page to page of visits; -1 `times` takes them off."""
    for visit in visits:
        if visit.ways:
            day = _day(visit.started // _QUARTER, zone)
            for page, following in visit.ways:
                batch.ways[day, page, following] += times


@lru_cache(maxsize=4096)
def _day(quarter: int, zone: ZoneInfo) -> date:
    """The site's day of a quarter of an hour: zones differ by quarters."""
    return clock.site_day(clock.from_micros(quarter * _QUARTER), zone)


def read_texts(raw: Session, batch: Batch, wanted: set[int]) -> None:
    """Fetch the texts that the batch needs, and those of the ids in `wanted`."""
    wanted = (
        wanted
        | batch.unknown
        | {name for _visitor, name, _at in batch.steps}
        | {click[3] for click in batch.contacts}
        | set(batch.views.values())
    )
    for visitor, visit in batch.visits:
        wanted |= {visit.origin, visit.click, *(origin for _at, origin in visit.touches)}
        if visit.links:
            wanted |= {visitor, *(token for _at, token in visit.links)}
    if batch.void:
        wanted |= {page for _visitor, visit in batch.new for page in (visit.entry, visit.exit)}
    text = table_of(EventText)
    for part in in_parts([id for id in wanted if id]):
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


def write_visits(session: Session, batch: Batch, *, zone: ZoneInfo) -> None:
    """The visits and their touches; void ones go, links that were made for one person join."""
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


def write_pages(session: Session, batch: Batch, *, fresh: set[int], changed: dict[int, int]) -> None:
    """Pages that were not known, and the title that a page had last."""
    texts = batch.texts
    insert_rows(session, _PAGE, ("id", "path", "title"), [(id, texts[id], "") for id in fresh], new_only=True)
    update_rows(session, _PAGE, ("title",), [(texts[title], page) for page, title in changed.items()])


def write_counts(session: Session, batch: Batch, *, zone: ZoneInfo) -> None:
    """What the sums of days and pages, steps and known visitors are made of."""
    count_pages(session, batch.pages)
    mark_days(session, batch.days)
    count_ways(batch, (visit for _visitor, visit in batch.visits), zone)
    write_ways(session, batch.ways)
    clicks = [(id, _day(at // _QUARTER, zone), at, visitor, name) for id, at, visitor, name in batch.contacts]
    write_contact_clicks(session, clicks, batch.texts, remade=[visitor for visitor, _ids in batch.void])
    rows = []
    for visitor, name, micros in batch.steps:
        rows.append(
            {"visitor_id": visitor, "name": batch.texts[name], "at": clock.from_micros(micros), "day": _day(micros // _QUARTER, zone)}
        )
    insert_new(session, VisitorStep, rows, on=("visitor_id", "name", "at"))
    note_known(session, batch.seen)


def _join_people(session: Session, batch: Batch) -> None:
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


def in_parts(ids: list[int]) -> Iterable[list[int]]:
    """Few enough for one IN (…)."""
    return (ids[start : start + 500] for start in range(0, len(ids), 500))
