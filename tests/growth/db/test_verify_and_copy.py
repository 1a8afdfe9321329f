"""What is damaged is found, and a copy on PostgreSQL holds the same."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text

from growth.db import Database, open_database
from growth.db.claim import claim, is_claimed
from growth.db.copy import TargetNotEmpty, copy_database
from growth.db.database import database_at
from growth.db.verify import verify
from growth.errors import GrowthError
from growth.security import fresh_key
from growth.workspace import Workspace, load_workspace
from tests.growth.db.rows import fill, fill_after_restore, ids


def test_a_file_that_is_no_database_is_said(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace()
    (workspace.state / "growth.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(GrowthError, match="damaged") as caught:
        open_database(workspace)
    assert "restore" in str(caught.value.fix)


def test_no_error_of_the_database_tells_what_was_written(database: Database) -> None:
    with pytest.raises(Exception, match="nowhere") as caught, database.write() as session:
        session.execute(text("INSERT INTO nowhere (id) VALUES (:secret)"), {"secret": "canary-of-a-parameter"})
    assert "canary" not in str(caught.value)


def test_verify_finds_that_the_keys_are_those_of_another_database(open_workspace: Callable[..., Database], now: datetime) -> None:
    from growth.contacts import PersonFacts, remember

    database = open_workspace()
    with database.write() as session:
        remember(session, PersonFacts(email="a@example.com", evidence="test"), now=now)
    assert verify(database) == []
    env = database.workspace.root / ".env"
    env.write_text(
        "".join(f"GROWTH_{name}={prefix}{fresh_key()}\n" for name, prefix in (("KEYS", "k1:"), ("INDEX_KEY", ""), ("SIGNING_KEY", "")))
    )
    other = open_database(load_workspace(database.workspace.root))
    assert any("keys" in damage.what for damage in verify(other))
    other.close()


def test_verify_finds_a_row_whose_parent_is_gone(make_workspace: Callable[..., Workspace], now: datetime) -> None:
    database = open_database(make_workspace())
    fill(database, now)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("DELETE FROM placement WHERE id = 'p1'")
    assert any("placement" in damage.what for damage in verify(database))
    database.close()


@pytest.mark.postgres
def test_a_copy_to_postgresql_holds_the_same(
    make_workspace: Callable[..., Workspace], now: datetime, request: pytest.FixtureRequest
) -> None:
    from tests.conftest import temporary_postgres

    source = open_database(make_workspace())
    fill(source, now, count=1500)
    with temporary_postgres() as url:
        target = database_at(url, source.workspace)
        tables = list(copy_database(source, target))
        assert all(table.same for table in tables)
        assert next(table.rows for table in tables if table.table == "placement") == 1500
        fill_after_restore(target, now)
        with pytest.raises(TargetNotEmpty):
            list(copy_database(source, target))
        target.close()
    source.close()


@pytest.mark.postgres
def test_a_copy_that_is_cut_off_leaves_the_target_empty(make_workspace: Callable[..., Workspace], now: datetime) -> None:
    from tests.conftest import temporary_postgres

    source = open_database(make_workspace())
    fill(source, now, count=20)
    with temporary_postgres() as url:
        target = database_at(url, source.workspace)
        for table in copy_database(source, target):
            if table.store != "main":
                break
        assert ids(target) == []
        assert all(table.same for table in copy_database(source, target))
        assert len(ids(target)) == 20
        target.close()
    source.close()


@pytest.mark.postgres
def test_what_is_sealed_opens_in_the_copy_and_the_copy_is_not_claimed(make_workspace: Callable[..., Workspace], now: datetime) -> None:
    from growth.contacts import PersonFacts, find_contact, remember
    from growth.contacts import contact as contact_of
    from tests.conftest import temporary_postgres

    source = open_database(make_workspace())
    claim(source, now=now)
    with source.write() as session:
        remember(session, PersonFacts(email="a@example.com", name="王小明", evidence="test"), now=now)
    with temporary_postgres() as url:
        target = database_at(url, source.workspace)
        assert all(table.same for table in copy_database(source, target))
        with target.read() as session:
            assert contact_of(session, find_contact(session, "a@example.com")).name == "王小明"
        assert not is_claimed(target)
        assert verify(target) == []
        target.close()
    source.close()
