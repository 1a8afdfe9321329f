"""The audit log shows what was changed or removed behind the program's back."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text

from growth import accounts
from growth.db import Database


@pytest.fixture
def log(database: Database, now: datetime) -> Database:
    with database.write() as session:
        for number in range(1, 8):
            accounts.record(
                session,
                actor="user:ming",
                action="contact.unmask",
                subject=f"contact:{number}",
                detail={"n": number, "fields": ["phone"]},
                reason="客户来电",
                now=now,
            )
    return database


def _verify(database: Database) -> accounts.AuditFault | None:
    with database.read() as session:
        return accounts.verify(session)


def test_a_whole_log_is_whole_and_reads_newest_first(log: Database) -> None:
    assert _verify(log) is None
    with log.read() as session:
        entries = accounts.audit_entries(session, action="contact", limit=2)
    assert [(entry.id, entry.subject, entry.detail["n"], entry.reason) for entry in entries] == [
        (7, "contact:7", 7, "客户来电"),
        (6, "contact:6", 6, "客户来电"),
    ]


def test_an_empty_log_is_whole(database: Database) -> None:
    assert _verify(database) is None


DAMAGE = [
    ("UPDATE audit_log SET reason = 'x' WHERE id = 3", 3, "changed"),
    ("UPDATE audit_log SET actor = 'user:hong' WHERE id = 7", 7, "changed"),
    ("UPDATE audit_log SET at = at + 1 WHERE id = 1", 1, "changed"),
    ("UPDATE audit_log SET detail = '{}' WHERE id = 4", 4, "changed"),
    ("DELETE FROM audit_log WHERE id = 1", 1, "removed"),
    ("DELETE FROM audit_log WHERE id = 4", 4, "removed"),
    ("DELETE FROM audit_log WHERE id = 7", 7, "removed"),
    ("DELETE FROM audit_log WHERE id >= 5", 5, "removed"),
    ("DELETE FROM audit_log", 1, "removed"),
    ("UPDATE audit_log SET chain = (SELECT chain FROM audit_log WHERE id = 2) WHERE id = 3", 3, "changed"),
]


def test_a_changed_or_removed_row_is_named(log: Database) -> None:
    for statement, row, what in DAMAGE:
        with log.write() as session:
            session.execute(text(statement))
            fault = accounts.verify(session)
            session.rollback()
        assert fault is not None, statement
        assert str(fault) == f"audit_log row {row} was {what}", statement
    assert _verify(log) is None


def test_rows_that_swapped_their_places_are_found(log: Database) -> None:
    with log.write() as session:
        session.execute(text("UPDATE audit_log SET id = 100 WHERE id = 2"))
        session.execute(text("UPDATE audit_log SET id = 2 WHERE id = 3"))
        session.execute(text("UPDATE audit_log SET id = 3 WHERE id = 100"))
    fault = _verify(log)
    assert fault is not None
    assert fault.row == 2


def test_a_row_stands_or_falls_with_what_it_tells_of(log: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError), log.write() as session:
        accounts.record(session, actor="user:ming", action="x", now=now)
        raise RuntimeError
    assert _verify(log) is None
    with log.write() as session:
        assert accounts.record(session, actor="user:ming", action="x", now=now) == 8
    assert _verify(log) is None


def test_writers_at_the_same_time_keep_one_chain(log: Database, now: datetime) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def write(number: int) -> None:
        with log.write() as session:
            accounts.record(session, actor=f"job:{number}", action="x", now=now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert _verify(log) is None
    with log.read() as session:
        assert accounts.audit_entries(session, limit=1)[0].id == 47


def test_long_and_odd_texts_are_kept_within_their_columns(database: Database, now: datetime) -> None:
    with database.write() as session:
        accounts.record(session, actor="a" * 500, action="b" * 500, subject="c" * 500, reason="d" * 5000, detail={"when": now}, now=now)
    assert _verify(database) is None
