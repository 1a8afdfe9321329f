"""Hot areas (热点): where on a page people click, on what, and how far down they look.

Raw events are read once, after a cursor of their own, into one table of sums (`HotSpot`), which is all that a page of the dashboard asks:
a year of ten million events answers at once, and what was counted stays when the raw events are cleared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import add_to_rows, insert_new, insert_rows, stored_day
from growth.db import Database, table_of
from growth.traffic.beacon import EventKind
from growth.traffic.ids import text_id
from growth.traffic.models import Event, EventText, HotSpot, PagePath, SpotText, TrafficCursor
from growth.traffic.rollups import COUNTED, count_pages, page_counts

#: the grid that clicks are counted in: shares of the page's width and height
COLUMNS: Final = 10
ROWS: Final = 20
#: depths of the scroll map: tenths of the page
DEPTHS: Final = 10
#: viewports up to this width, in CSS pixels, are phones
PHONE_WIDTH: Final = 767
#: the row of `TrafficCursor` that says how far clicks were counted
_CURSOR: Final = 2
#: events looked at in one transaction
_BATCH: Final = 10_000
_COUNTED: Final = (EventKind.CLICK, EventKind.LEAVE)
#: between an element and where it leads
_ARROW: Final = " → "


class Spot(IntEnum):
    """What a sum counts; the numbers are stored."""

    #: clicks on a cell of the grid, on phones
    PHONE = 1
    #: … on wider screens
    WIDE = 2
    #: clicks on an element: `place` is the id of its text
    ELEMENT = 3
    #: page views left, by the tenth of the page that came into sight last
    SCROLL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickedElement:
    """An element as the page calls it (``#menu a.apply``), where it leads, and how often it was clicked."""

    element: str
    target: str
    clicks: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many of the page views that were left had seen so much of the page."""

    percent: int
    views: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HotPage:
    """The clicks of one page. `cells` by (row, column), the upper left one first; `depths` from the whole page's top."""

    path: str
    clicks: int
    phone_clicks: int
    cells: dict[tuple[int, int], int]
    elements: tuple[ClickedElement, ...]
    depths: tuple[Depth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickedPage:
    """A page with its clicks and how far down people look on average."""

    path: str
    title: str
    clicks: int
    phone_clicks: int
    leaves: int
    scroll: float | None


def refresh_hot_areas(database: Database) -> int:
    """Count the clicks and scrolls that have come since; how many events were looked at. Any number of processes may call it at once."""
    total = 0
    while True:
        done = _advance(database)
        total += done
        if done < _BATCH:
            return total


def clicked_pages(session: Session, *, from_day: date, until_day: date, most: int = 500) -> list[ClickedPage]:
    """The pages that were clicked or scrolled on these days, the most clicked first."""
    counts = page_counts(from_day, until_day).c
    sums = [func.sum(counts[name]) for name in ("clicks", "phone_clicks", "depths", "depth")]
    query = select(counts.page_id, *sums).group_by(counts.page_id).having(func.sum(counts.clicks) + func.sum(counts.depths) > 0)
    found = {page: tuple(map(int, numbers)) for page, *numbers in session.execute(query)}
    named = _named(session, found)
    rows = []
    for page, (clicks, phone, depths, depth) in found.items():
        path, title = named.get(page, ("", ""))
        scroll = depth / depths / DEPTHS if depths else None
        rows.append(ClickedPage(path=path, title=title, clicks=clicks, phone_clicks=phone, leaves=depths, scroll=scroll))
    return sorted(rows, key=lambda row: (-row.clicks, -row.leaves, row.path))[:most]


def hot_page(session: Session, path: str, *, from_day: date, until_day: date, spots: Iterable[Spot] = (Spot.PHONE, Spot.WIDE)) -> HotPage:
    """Where people clicked on the page with that path, in the grids of `spots` laid on each other, and how far down they looked."""
    query = (
        select(HotSpot.spot, HotSpot.place, func.sum(HotSpot.count))
        .where(HotSpot.page_id == text_id(path), HotSpot.day.between(from_day, until_day))
        .group_by(HotSpot.spot, HotSpot.place)
    )
    found: dict[int, dict[int, int]] = {spot.value: {} for spot in Spot}
    for spot, place, count in session.execute(query):
        found[spot][place] = int(count)
    cells: Counter[tuple[int, int]] = Counter()
    for spot in spots:
        for place, count in found[spot.value].items():
            cells[divmod(place, COLUMNS)] += count
    phone = sum(found[Spot.PHONE.value].values())
    clicks = phone + sum(found[Spot.WIDE.value].values())
    return HotPage(
        path=path,
        clicks=clicks,
        phone_clicks=phone,
        cells=dict(cells),
        elements=_elements(session, found[Spot.ELEMENT.value], clicks),
        depths=_depths(found[Spot.SCROLL.value]),
    )


def _elements(session: Session, counts: dict[int, int], clicks: int) -> tuple[ClickedElement, ...]:
    texts: dict[int, str] = {}
    ids = list(counts)
    for start in range(0, len(ids), 500):
        part = select(SpotText.id, SpotText.value).where(SpotText.id.in_(ids[start : start + 500]))
        texts |= dict(session.execute(part).tuples().all())
    rows = []
    for id, count in counts.items():
        element, _arrow, target = texts.get(id, "").partition(_ARROW)
        rows.append(ClickedElement(element=element, target=target, clicks=count, share=count / clicks))
    return tuple(sorted(rows, key=lambda row: (-row.clicks, row.element, row.target)))


def _depths(counts: dict[int, int]) -> tuple[Depth, ...]:
    total = sum(counts.values())
    rows = []
    for tenth in range(1, DEPTHS + 1) if total else ():
        seen = sum(count for place, count in counts.items() if place >= tenth)
        rows.append(Depth(percent=tenth * 100 // DEPTHS, views=seen, share=seen / total))
    return tuple(rows)


def _named(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    wanted = list(ids)
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(wanted), 500):
        query = select(PagePath.id, PagePath.path, PagePath.title).where(PagePath.id.in_(wanted[start : start + 500]))
        found |= {id: (path, title) for id, path, title in session.execute(query)}
    return found


def _advance(database: Database) -> int:
    """One batch: how many events it had."""
    with database.read() as session:
        cursor = session.scalar(select(TrafficCursor.event_id).where(TrafficCursor.id == _CURSOR)) or 0
    columns = (Event.id, Event.at_micros, Event.kind, Event.page, Event.x, Event.y, Event.width, Event.scroll, Event.name, Event.target)
    with database.store("events").read() as raw:
        rows = raw.execute(select(*columns).where(Event.id > cursor).order_by(Event.id).limit(_BATCH)).all()
        if not rows:
            return 0
        counts: Counter[tuple[date, int, int, int]] = Counter()
        clicked: Counter[tuple[date, int, int, int]] = Counter()
        zone = database.workspace.zone
        for _id, at, kind, page, x, y, width, scroll, name, target in rows:
            if kind not in _COUNTED:
                continue
            day = clock.site_day(clock.from_micros(at), zone)
            if kind == EventKind.LEAVE:
                if scroll is not None:
                    counts[day, page, Spot.SCROLL, -(-scroll * DEPTHS // 100)] += 1
                continue
            if x is not None and y is not None:
                spot = Spot.PHONE if width is not None and width <= PHONE_WIDTH else Spot.WIDE
                counts[day, page, spot, _cell(x, y)] += 1
            if name:
                clicked[day, page, name, target] += 1
        texts = _texts(raw, {id for key in clicked for id in key[2:] if id})
    _write(database, cursor, rows[-1][0], counts, clicked, texts)
    return len(rows)


def _write(
    database: Database,
    cursor: int,
    reached: int,
    counts: Counter[tuple[date, int, int, int]],
    clicked: Counter[tuple[date, int, int, int]],
    texts: dict[int, str],
) -> None:
    spots: dict[int, str] = {}
    for (day, page, element, target), count in clicked.items():
        words = texts.get(element, "") + (_ARROW + texts[target] if target in texts else "")
        spots[text_id(words)] = words
        counts[day, page, Spot.ELEMENT, text_id(words)] += count
    with database.write() as session:
        if cursor == 0:
            insert_new(session, TrafficCursor, [{"id": _CURSOR, "event_id": 0}], on="id")
        moved: Any = update(TrafficCursor).where(TrafficCursor.id == _CURSOR, TrafficCursor.event_id == cursor)
        if session.execute(moved.values(event_id=reached).returning(TrafficCursor.id)).first() is None:
            return  # another process has counted these
        insert_rows(session, table_of(SpotText), ("id", "value"), list(spots.items()), new_only=True)
        rows = [(stored_day(session, day), page, int(spot), place, count) for (day, page, spot, place), count in sorted(counts.items())]
        add_to_rows(session, table_of(HotSpot), ("day", "page_id", "spot", "place"), ("count",), rows)
        count_pages(session, _by_page(counts))


def _by_page(counts: Counter[tuple[date, int, int, int]]) -> dict[tuple[date, int], list[int]]:
    """The same by page and day, as `rollups.COUNTED`: clicks, those on phones, reports of depth and their tenths."""
    found: dict[tuple[date, int], list[int]] = {}
    for (day, page, spot, place), count in counts.items():
        if spot == Spot.ELEMENT:
            continue
        numbers = found.setdefault((day, page), [0] * len(COUNTED))
        if spot == Spot.SCROLL:
            numbers[-2] += count
            numbers[-1] += count * place
        else:
            numbers[-4] += count
            numbers[-3] += count if spot == Spot.PHONE else 0
    return found


def _cell(x: int, y: int) -> int:
    """The number of the grid's cell that a point in ten-thousandths falls into."""
    return min(y * ROWS // 10_000, ROWS - 1) * COLUMNS + min(x * COLUMNS // 10_000, COLUMNS - 1)


def _texts(raw: Session, ids: Iterable[int]) -> dict[int, str]:
    wanted = list(ids)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 500):
        query = select(EventText.id, EventText.value).where(EventText.id.in_(wanted[start : start + 500]))
        found |= dict(raw.execute(query).tuples().all())
    return found
