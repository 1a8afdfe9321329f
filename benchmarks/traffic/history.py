"""A past of visits, touches, sign-ups and roll-ups written straight into the tables, as the pipeline would have left it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import IDENTITY, TOUCH, Origin, identity_id, insert_rows, origin_ids, stored_day
from growth.db import Database, table_of
from growth.traffic import SIGNUP, VISIT
from growth.traffic.ids import text_id
from growth.traffic.models import ContactClick, HotSpot, PagePath, SpotText
from growth.traffic.rollups import count_pages, mark_days, write_ways

MEDIA: Final = (
    "direct",
    "organic-search",
    "paid-search",
    "wechat",
    "organic-social",
    "email",
    "directory",
    "offline",
    "referral",
    "sms",
    "display",
    "partner",
)
DAYS: Final = 365
#: pages of the site
PAGES: Final = 2000
PAGE_IDS: Final = [text_id(f"/page/{number}") for number in range(PAGES)]
FIRST: Final = date(2025, 11, 1)
_BATCH: Final = 20_000
_VISIT: Final = (
    "id", "visitor_id", "started_at", "ended_at", "last_event_at", "day", "origin_id", "entry_page_id", "exit_page_id", "pages", "events",
    "engaged_ms", "bounced", "acted", "click_parameter", "click_id", "agent", "current_origin", "current_campaign",
)  # fmt: skip


def write_history(database: Database, *, visits: int, visitors: int, signups: int, seed: int = 1) -> None:
    """Visits by `visitors` people over a year, each with its touch; `signups` of the people sign up with their last visit."""
    chance = random.Random(seed)
    with database.write() as session:
        origins = [Origin(medium=medium, source=f"s{n % 3}", campaign=f"c{n}") for medium in MEDIA for n in range(4)]
        ids = list(origin_ids(session, origins).values())
        paths = [(id, f"/page/{number}", f"Page {number}") for number, id in enumerate(PAGE_IDS)]
        insert_rows(session, table_of(PagePath), ("id", "path", "title"), paths)
        insert_rows(session, table_of(SpotText), ("id", "value"), [(id, f"tel:400000000{id}") for id in range(3)])
    zone = database.workspace.zone
    starts = [clock.to_micros(clock.day_start(FIRST + timedelta(days=day), zone)) for day in range(DAYS)]
    people = [[chance.randrange(DAYS)] for _ in range(visitors)]
    for _ in range(visits - visitors):
        mine = people[chance.randrange(visitors)]
        mine.append(min(DAYS - 1, mine[-1] + int(chance.expovariate(0.1))))
    number = 0
    visit_rows: list[tuple[Any, ...]] = []
    touch_rows: list[tuple[Any, ...]] = []
    names: list[dict[str, Any]] = []
    booked: list[dict[str, Any]] = []

    def flush() -> None:
        with database.write() as session:
            insert_rows(session, VISIT, _VISIT, [(*row[:5], stored_day(session, row[5]), *row[6:]) for row in visit_rows])
            insert_rows(session, TOUCH, ("at", "identity_id", "origin_id", "kind", "evidence"), touch_rows)
            session.execute(insert(IDENTITY), names)
            if booked:
                session.execute(insert(SIGNUP), booked)
        for rows in (visit_rows, touch_rows, names, booked):
            rows.clear()

    for who, days in enumerate(people):
        key = f"visitor:v{who}"
        visitor = identity_id(key)
        signs = who < signups
        names.append({"id": visitor, "key": key, "person": visitor, "joined": signs, "contact_id": None})
        at = 0
        for day in days:
            number += 1
            at = max(at + 1_000_000, starts[day] + chance.randrange(80_000) * 1_000_000)
            origin = ids[int(chance.triangular(0, len(ids), 0)) % len(ids)]
            page = PAGE_IDS[chance.randrange(PAGES)]
            visit_rows.append(
                (number, visitor, at, at, at, FIRST + timedelta(days=day), origin, page, page, 2, 3, 9000, False, False, "", "", 0, 0, 0)
            )
            touch_rows.append((at, visitor, origin, "visit", f"visit:{number}"))
        if signs:
            own = f"signup:u{who}"
            at += 60_000_000
            names.append({"id": identity_id(own), "key": own, "person": visitor, "joined": True, "contact_id": None})
            booked.append(_signup(who, own, visitor, at, days[-1], number, chance))
        if len(visit_rows) >= _BATCH:
            flush()
    flush()
    for day in range(DAYS):
        with database.write() as session:
            _roll_up(session, FIRST + timedelta(days=day), starts[day], visits // DAYS, visits // 50_000, chance)
            mark_days(session, [FIRST + timedelta(days=day)])


def _roll_up(session: Session, day: date, start: int, visits: int, clicks: int, chance: random.Random) -> None:
    """A day of two pages a visit: what was looked at, where from and to, where people clicked; one visit in 137 gets in touch."""
    stored = stored_day(session, day)
    views = Counter(chance.choice(PAGE_IDS) for _view in range(visits * 2))
    count_pages(session, {(day, page): (n, 0, 0, n * 9000, n, n * 60, n, n * 800, n // 2, n // 4, n, n * 6) for page, n in views.items()})
    # half of all steps lead from or to the home page
    steps = Counter(
        (day, PAGE_IDS[chance.randrange(PAGES) * chance.randrange(2)], PAGE_IDS[chance.randrange(PAGES) * chance.randrange(2)])
        for _step in range(visits)
    )
    write_ways(session, steps)
    spots = Counter((chance.choice(PAGE_IDS), chance.randrange(1, 3), chance.randrange(200)) for _click in range(visits))
    scrolls = Counter((page, 4, chance.randrange(1, 11)) for page, count in views.items() for _leave in range(count))
    spots_rows = [(stored, *spot, count) for spot, count in (spots + scrolls).items()]
    insert_rows(session, table_of(HotSpot), ("day", "page_id", "spot", "place", "count"), spots_rows)
    first = day.toordinal() * 1_000_000
    click_rows = [(first + number, stored, start, chance.randrange(10**9), number % 3, 1 + number % 40) for number in range(clicks)]
    insert_rows(session, table_of(ContactClick), ("id", "day", "at", "visitor_id", "name_id", "origin_id"), click_rows)


def _signup(who: int, own: str, visitor: int, at: int, day: int, visit: int, chance: random.Random) -> dict[str, Any]:
    moment = clock.from_micros(at)
    return {
        "external_id": f"u{who}",
        "identity_id": identity_id(own),
        "at": moment,
        "day": FIRST + timedelta(days=day),
        "role": ("investor", "borrower")[who % 2],
        "value": chance.choice((0, 10_000, 50_000, 100_000)),
        "currency": "CNY",
        "contact_id": None,
        "visitor_id": visitor,
        "view": 0,
        "visit_id": visit,
        "code": "",
        "recorded_at": moment,
    }


def some_visitor(database: Database, day: date) -> Iterator[str]:
    """Keys of people who signed up on a day."""
    with database.read() as session:
        yield from session.scalars(
            select(IDENTITY.c.key).join(SIGNUP, SIGNUP.c.visitor_id == IDENTITY.c.id).where(SIGNUP.c.day == day).limit(20)
        )
