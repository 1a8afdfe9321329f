"""Sessions, upgrades, claims on both engines."""

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import func, select

from growth import clock
from growth.db import Database, DatabaseUnreachable, SchemaOutdated, open_database, schema_state, upgrade, uuid7
from growth.db.claim import Unclaimed, claim, is_claimed, require_claim
from growth.db.upgrade import revisions_of
from growth.errors import GrowthError
from growth.placements.models import Placement
from growth.workspace import Workspace


def add(database: Database, id_: str, at: datetime) -> None:
    with database.write() as session:
        session.add(Placement(id=id_, channel="c", kind="directory", rel="any", state="planned", since=at))


def test_an_instant_comes_back_aware_and_exact(database: Database) -> None:
    at = datetime(2026, 11, 23, 2, 0, 0, 123456, tzinfo=UTC)
    add(database, "a", at)
    with database.read() as session:
        assert session.get_one(Placement, "a").since == at


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="naive time"):
        add(database, "a", datetime(2026, 11, 23))


def test_an_error_takes_the_whole_transaction_back(database: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(Placement(id="a", channel="c", kind="directory", rel="any", state="planned", since=now))
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Placement)) == 0


def test_what_a_reading_session_changes_is_not_kept(database: Database, now: datetime) -> None:
    with database.read() as session:
        session.add(Placement(id="a", channel="c", kind="directory", rel="any", state="planned", since=now))
        session.flush()
    with database.read() as session:
        assert session.get(Placement, "a") is None


def test_writers_wait_for_each_other(database: Database, now: datetime) -> None:
    def many(prefix: str) -> None:
        for number in range(20):
            add(database, f"{prefix}{number}", now)

    threads = [threading.Thread(target=many, args=(prefix,)) for prefix in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Placement)) == 80


def test_the_schema_is_the_models(database: Database) -> None:
    """Every table of the enabled apps, column for column: a model without its migration fails here."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import MetaData

    from growth.db import metadata
    from growth.db.tables import STORES, load_models

    load_models(database.workspace.apps)
    for store in STORES:
        schema = None if store == "main" or database.is_sqlite else store
        models = MetaData(naming_convention=metadata.naming_convention)
        for table in metadata.tables.values():
            if (table.schema or "main") == store:
                table.to_metadata(models, schema=schema)

        def ours(item: object, name: str | None, kind: str, reflected: bool, _other: object, schema: str | None = schema) -> bool:
            if kind == "table" and name is not None and name.endswith("_schema_version"):
                return False
            return not (kind == "table" and reflected and getattr(item, "schema", None) != schema)

        with database.store(store).engine.execution_options(schema_translate_map=None).connect() as connection:
            options = {"include_object": ours, "include_schemas": schema is not None, "compare_type": False}
            found = compare_metadata(MigrationContext.configure(connection, opts=options), models)
        assert found == [], f"run tools/migrations.py: {found[:3]}"


def test_opening_an_old_postgresql_schema_names_the_command(open_workspace: Callable[..., Database], database_url: str | None) -> None:
    database = open_workspace()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM growth_schema_version")
        connection.exec_driver_sql("INSERT INTO growth_schema_version VALUES ('future_0009')")
    with pytest.raises(SchemaOutdated):
        open_database(database.workspace)
    if database_url:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE growth_schema_version")
        with pytest.raises(SchemaOutdated) as caught:
            open_database(database.workspace)
        assert caught.value.fix == "growth db upgrade"


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    assert upgrade(database) == []
    assert all(state.is_current for state in schema_state(database))


def test_an_unreachable_server_is_said_without_its_password(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace(database="postgresql://u:hunter2@127.0.0.1:1/x")
    with pytest.raises(DatabaseUnreachable) as caught:
        open_database(workspace)
    assert "hunter2" not in str(caught.value)
    assert caught.value.exit_code == 3
    assert "database:" in str(caught.value.fix)


@pytest.mark.parametrize("address", ["mysql://x/y", "not a url", "sqlite://"])
def test_an_address_that_is_none_is_refused(make_workspace: Callable[..., Workspace], address: str) -> None:
    with pytest.raises(GrowthError, match="database"):
        open_database(make_workspace(database=f'"{address}"'))


def test_a_locked_file_is_waited_for_and_then_said(
    make_workspace: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr("growth.db.database.BUSY_SECONDS", 1)
    database = open_database(make_workspace())
    holder = sqlite3.connect(str(database.engine.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnreachable, match="locked"):
        add(database, "a", now)
    holder.execute("ROLLBACK")
    holder.close()
    add(database, "a", now)
    database.close()


def test_a_copy_sends_nothing_until_it_is_claimed(make_workspace: Callable[..., Workspace], now: datetime) -> None:
    workspace = make_workspace()
    database = open_database(workspace)
    claim(database, now=now)
    assert is_claimed(database)
    database.close()
    path = Path(str(database.engine.url.database))
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)
    again = open_database(workspace)
    assert not is_claimed(again)
    with pytest.raises(Unclaimed) as caught:
        require_claim(again)
    assert "growth db claim" in str(caught.value.fix)
    claim(again, now=now)
    require_claim(again)
    again.close()


def test_uuids_of_later_moments_sort_later() -> None:
    first = uuid7()
    assert first.version == 7
    assert first.variant == "specified in RFC 4122"
    later = clock.now() + timedelta(milliseconds=3)
    while clock.now() < later:
        pass
    assert first < uuid7()


def test_a_commit_of_the_main_store_is_on_the_disk_and_bulk_need_not_be(
    make_workspace: Callable[..., Workspace], quick_commits: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """2 is FULL, 1 is NORMAL (sqlite.org/pragma.html#pragma_synchronous)."""
    monkeypatch.setattr("growth.db.database._prepare_sqlite", quick_commits)
    database = open_database(make_workspace(), check_schema=False)
    found = {}
    for store in ("main", "crawl", "events"):
        with database.store(store).engine.connect() as connection:
            found[store] = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    database.close()
    assert found == {"main": 2, "crawl": 1, "events": 1}


def test_the_newest_revision_is_the_one_that_alembic_takes(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.script import ScriptDirectory

    for app in database.workspace.apps:
        for migrations in app.migrations:
            folder = Path(import_module(migrations.package).__path__[0])
            script = ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])
            assert revisions_of(migrations.package) == (script.get_current_head(), {each.revision for each in script.walk_revisions()})
    versions = tmp_path / "later" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "__init__.py").touch()
    (versions / "0001_first.py").write_text('revision = "a_0001"\ndown_revision = None\n', "utf-8")
    (versions / "0002_second.py").write_text('revision = "a_0002"\ndown_revision = "a_0001"\n', "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert revisions_of("later") == ("a_0002", {"a_0001", "a_0002"})
