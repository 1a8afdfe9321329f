"""A backup restores what was there; a damaged one changes nothing."""

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from growth.db import Database, open_database
from growth.db.backup import MANIFEST, BackupDamaged, back_up, check_backup, restore
from growth.db.claim import is_claimed
from growth.db.copy import TargetNotEmpty, copy_database
from growth.db.database import database_at
from growth.db.verify import verify
from growth.placements.models import Placement, PlacementEvent


def fill(database: Database, now: datetime, *, count: int = 3) -> None:
    with database.write() as session:
        for number in range(count):
            session.add(
                Placement(id=f"p{number}", channel="好123", kind="directory", rel="any", state="live", since=now, cost=100, currency="CNY")
            )
            session.flush()
            session.add(PlacementEvent(placement_id=f"p{number}", at=now, state="live", evidence="见到“诚信贷”", actor="test"))


def ids(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Placement.id).order_by(Placement.id)))


def test_what_was_backed_up_comes_back(database: Database, tmp_path: Path, now: datetime) -> None:
    fill(database, now)
    file = tmp_path / "out" / "a.backup"
    manifest = back_up(database, file, now=now)
    assert sum(entry["rows"] for name, entry in manifest["tables"].items() if name.endswith(":placement")) == 3
    with database.write() as session:
        session.add(Placement(id="after", channel="c", kind="ad", rel="any", state="planned", since=now))
    restore(database, file)
    database.close()
    assert ids(database) == ["p0", "p1", "p2"]
    assert verify(database) == []
    fill_after_restore(database, now)


def fill_after_restore(database: Database, now: datetime) -> None:
    """Counters go on after the restored ids."""
    with database.write() as session:
        session.add(PlacementEvent(placement_id="p0", at=now, state="live", evidence="again", actor="test"))


def test_a_restored_sqlite_database_is_not_claimed(tmp_path: Path, now: datetime, make_workspace: Callable[..., object]) -> None:
    from growth.db.claim import claim

    database = open_database(make_workspace())  # type: ignore[arg-type]
    claim(database, now=now)
    back_up(database, tmp_path / "a.backup", now=now)
    restore(database, tmp_path / "a.backup")
    assert not is_claimed(database)
    database.close()


def test_a_damaged_backup_changes_nothing(database: Database, tmp_path: Path, now: datetime) -> None:
    fill(database, now)
    file = tmp_path / "a.backup"
    back_up(database, file, now=now)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupDamaged):
        restore(database, file)
    rewritten = tmp_path / "b.backup"
    file.write_bytes(whole)
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(rewritten, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content if name == MANIFEST else content[:-1] + b"x")
    with pytest.raises(BackupDamaged, match="damaged"):
        check_backup(rewritten)
    with pytest.raises(BackupDamaged):
        restore(database, rewritten)
    assert ids(database) == ["p0", "p1", "p2"]


def test_verify_finds_a_row_whose_parent_is_gone(make_workspace: Callable[..., object], now: datetime) -> None:
    database = open_database(make_workspace())  # type: ignore[arg-type]
    fill(database, now)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("DELETE FROM placement WHERE id = 'p1'")
    assert any("placement" in damage.what for damage in verify(database))
    database.close()


@pytest.mark.postgres
def test_a_copy_to_postgresql_holds_the_same(make_workspace: Callable[..., object], now: datetime, request: pytest.FixtureRequest) -> None:
    from tests.conftest import temporary_postgres

    source = open_database(make_workspace())  # type: ignore[arg-type]
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
