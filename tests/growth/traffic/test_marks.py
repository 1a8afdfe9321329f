"""A day's mark survives a process that makes the day's sums while another still writes visits of it; on each engine."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from growth.channels import Origin, origin_ids
from growth.db import Database
from growth.traffic import VISIT, refresh_rollups, visits_by_day
from growth.traffic.rollups import mark_days

DAY = date(2026, 11, 20)


def test_sums_wait_for_visits_that_are_being_written(database: Database) -> None:
    with database.write() as session:
        origin = next(iter(origin_ids(session, [Origin(medium="direct")]).values()))
        _add_visit(session, 1, origin)
        mark_days(session, [DAY])
    made: list[int] = []
    other = threading.Thread(target=lambda: made.append(refresh_rollups(database)))
    with database.write() as session:
        _add_visit(session, 2, origin)
        mark_days(session, [DAY])  # the mark of the first visit is still there
        other.start()
        _until_it_waits_or_is_done(database, other)
    other.join(60)
    assert not other.is_alive()
    refresh_rollups(database)
    with database.read() as session:
        assert visits_by_day(session, from_day=DAY, until_day=DAY) == {DAY: 2}
        assert session.scalar(select(func.count()).select_from(VISIT)) == 2


def _add_visit(session: Session, number: int, origin: int) -> None:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    numbers = dict.fromkeys(("entry_page_id", "exit_page_id", "engaged_ms", "agent", "current_origin", "current_campaign"), 0)
    row = {"id": number, "visitor_id": number, "started_at": at, "ended_at": at, "last_event_at": at, "day": DAY, "origin_id": origin}
    session.execute(insert(VISIT), [row | numbers | {"pages": 1, "events": 1, "bounced": True, "acted": False}])


def _until_it_waits_or_is_done(database: Database, other: threading.Thread) -> None:
    """PostgreSQL says who waits for a lock; on SQLite the second writer waits for the file whenever it comes."""
    until = time.monotonic() + 60
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    while other.is_alive() and not database.is_sqlite and time.monotonic() < until:
        with database.read() as session:
            if session.scalar(waits):
                return
        other.join(0.02)
