"""A past of visits, touches and sign-ups written straight into the tables, as the pipeline would have left it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import insert, select

from growth import clock
from growth.channels import IDENTITY, TOUCH, Origin, identity_id, insert_rows, origin_ids, stored_day
from growth.db import Database
from growth.traffic import SIGNUP, VISIT
from growth.traffic.rollups import mark_days

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
            page = chance.randrange(500)
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
    with database.write() as session:
        mark_days(session, (FIRST + timedelta(days=day) for day in range(DAYS)))


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
