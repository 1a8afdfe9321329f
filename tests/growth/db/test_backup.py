"""A backup restores what was there; a damaged one changes nothing."""

import errno
import hashlib
import io
import itertools
import json
import os
import random
import shutil
import sqlite3
import uuid
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from growth.db import Database, SchemaOutdated, open_database, upgrade
from growth.db.backup import MANIFEST, BackupDamaged, back_up, check_backup
from growth.db.claim import claim, is_claimed
from growth.db.restore import BackupForeign, restore
from growth.db.tables import STORES
from growth.db.upgrade import copy_before_upgrade
from growth.db.verify import verify
from growth.errors import Unreachable
from growth.placements.models import Placement
from growth.workspace import Workspace
from tests.conftest import NOW
from tests.growth.db.rows import fill, fill_after_restore, ids


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


def test_a_restored_database_is_not_claimed_however_often_it_is_restored(database: Database, tmp_path: Path, now: datetime) -> None:
    """Inodes are given out again: the second restore may get that of the first database."""
    claim(database, now=now)
    back_up(database, tmp_path / "a.backup", now=now)
    for _time in range(3):
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


@pytest.mark.parametrize("seed", range(40))
def test_a_backup_with_broken_bits_is_damaged_or_whole_and_nothing_else(backup_bytes: bytes, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    broken = bytearray(backup_bytes)
    for _bit in range(chance.choice([1, 1, 3, 50])):
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    (tmp_path / "b.backup").write_bytes(bytes(broken))
    try:
        check_backup(tmp_path / "b.backup")
    except BackupDamaged:
        pass


MANIFESTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a list": lambda _m: [],
    "nothing": lambda _m: None,
    "no members": lambda m: m | {"members": None},
    "members without facts": lambda m: m | {"members": {"growth.db": None}},
    "a hash and no size": lambda m: m | {"members": {name: {"sha256": facts["sha256"]} for name, facts in m["members"].items()}},
    "a size that is too small": lambda m: m | {"members": {name: facts | {"size_bytes": 10} for name, facts in m["members"].items()}},
    "no kind": lambda m: {key: value for key, value in m.items() if key != "kind"},
    "another kind": lambda m: m | {"kind": "magic"},
    "another format": lambda m: m | {"format": 99},
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_that_is_none_is_refused(backup_bytes: bytes, tmp_path: Path, name: str) -> None:
    with pytest.raises(BackupDamaged) as caught:
        check_backup(rewritten(backup_bytes, tmp_path, manifest=MANIFESTS[name]))
    assert caught.value.fix


@pytest.mark.parametrize("member", ["../evil.db", "..", "/tmp/evil.db", "a/b.db", "..\\evil.db", "evil", "second.db"])
def test_a_backup_with_a_foreign_file_changes_nothing(
    database: Database, backup_bytes: bytes, tmp_path: Path, now: datetime, member: str
) -> None:
    fill(database, now)
    content = b"SQLite format 3\0"
    facts = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    source = rewritten(backup_bytes, tmp_path, manifest=lambda m: m | {"members": m["members"] | {member: facts}}, more={member: content})
    with pytest.raises((BackupDamaged, BackupForeign)):
        restore(database, source)
    assert ids(database) == ["p0", "p1", "p2"]
    assert not list(tmp_path.rglob("evil*"))


def test_the_backup_of_a_newer_program_is_refused_before_anything_is_touched(database: Database, tmp_path: Path, now: datetime) -> None:
    fill(database, now)
    back_up(database, tmp_path / "a.backup", now=now)
    newer = rewritten(
        (tmp_path / "a.backup").read_bytes(), tmp_path, manifest=lambda m: m | {"schema": m["schema"] | {"seo/crawl": "seo_crawl_9999"}}
    )
    with pytest.raises(BackupForeign, match="newer"):
        restore(database, newer)
    assert ids(database) == ["p0", "p1", "p2"]


def test_the_database_of_a_newer_program_is_not_upgraded(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE growth_schema_version SET version_num = 'growth_main_9999'")
    with pytest.raises(SchemaOutdated, match="newer"):
        upgrade(database)
    database.close()
    with pytest.raises(SchemaOutdated, match="newer"):
        open_database(database.workspace)


def test_a_database_in_use_is_not_replaced(database: Database, tmp_path: Path, now: datetime) -> None:
    fill(database, now)
    back_up(database, tmp_path / "a.backup", now=now)
    other = open_database(database.workspace)
    with other.read() as session:
        session.execute(select(Placement)).all()
        with pytest.raises(Unreachable, match="use"):
            restore(database, tmp_path / "a.backup")
    other.close()
    assert not list((database.workspace.state / "backups").glob("*")), "a refusal makes no copies, which would push out older ones"
    restore(database, tmp_path / "a.backup")


def test_a_backup_of_postgresql_becomes_sqlite_files(
    database: Database, tmp_path: Path, now: datetime, make_workspace: Callable[..., Workspace]
) -> None:
    if database.is_sqlite:
        return
    fill(database, now, count=1200)
    back_up(database, tmp_path / "a.backup", now=now)
    small = open_database(make_workspace())
    claim(small, now=now)
    restore(small, tmp_path / "a.backup")
    assert len(ids(small)) == 1200
    assert verify(small) == []
    assert not is_claimed(small)
    small.close()


def test_a_restore_that_fails_halfway_on_postgresql_changes_nothing(database: Database, tmp_path: Path, now: datetime) -> None:
    if database.is_sqlite:
        return
    fill(database, now)
    claim(database, now=now)
    back_up(database, tmp_path / "a.backup", now=now)
    with database.write() as session:
        session.add(Placement(id="after", channel="c", kind="ad", rel="any", state="planned", since=now))
    broken = rewritten((tmp_path / "a.backup").read_bytes(), tmp_path, change={"main/placement_event.jsonl": lambda text: text + text})
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        restore(database, broken)
    assert ids(database) == ["after", "p0", "p1", "p2"]
    assert is_claimed(database)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "fails"])
def test_a_restore_cut_off_anywhere_leaves_the_old_or_the_new_in_all_files(
    make_workspace: Callable[..., Workspace], migrated_files: Path, tmp_path: Path, now: datetime, how: str
) -> None:
    """The N-loop: cut off at the 1st, 2nd, 3rd … touch of a file until a restore comes through."""
    from tests.migrated import copy_files

    workspace = make_workspace()
    copy_files(migrated_files, workspace.state)
    database = open_database(workspace)
    mark(database, "new")
    back_up(database, tmp_path / "new.backup", now=now)
    mark(database, "old")
    database.close()
    whole = {path.name: path.read_bytes() for path in workspace.state.glob("*.db")}
    seen = set()
    for step in itertools.count(1):
        for path in workspace.state.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, content in whole.items():
            (workspace.state / name).write_bytes(content)
        done = cut_off_restore(workspace, tmp_path / "new.backup", step=step, how=how)
        database = open_database(workspace)
        found = {read_mark(database, store) for store in STORES}
        assert len(found) == 1, f"step {step}: {found}"
        assert verify(database) == []
        database.close()
        assert [path.name for path in workspace.state.iterdir() if path.name.startswith(".")] in ([], [".growth.db-new"]), f"step {step}"
        seen |= found
        if done:
            break
    assert step > 12
    assert seen == {"old", "new"}


def cut_off_restore(workspace: Workspace, source: Path, *, step: int, how: str) -> bool:
    """Restore in a process of its own that ends, or whose disk fails, at the `step`-th touch of a file; True where none was left."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    code = 9
    try:
        left = [step]

        def touched(real: Callable[..., Any]) -> Callable[..., Any]:
            def touch(*arguments: Any, **more: Any) -> Any:
                left[0] -= 1
                if left[0] == 0:
                    if how == "killed":
                        os._exit(9)
                    raise OSError(errno.EIO, "the disk fails")
                return real(*arguments, **more)

            return touch

        for place, name in ((os, "fsync"), (os, "open"), (Path, "replace"), (Path, "unlink"), (Path, "chmod"), (sqlite3, "connect")):
            setattr(place, name, touched(getattr(place, name)))
        database = open_database(workspace)
        restore(database, source)
        database.close()
        code = 0 if left[0] > 0 else 1
    finally:
        os._exit(code)


def mark(database: Database, word: str) -> None:
    for store in STORES:
        with database.store(store).engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS mark (word TEXT)")
            connection.exec_driver_sql("DELETE FROM mark")
            connection.exec_driver_sql(f"INSERT INTO mark VALUES ('{word}')")


def read_mark(database: Database, store: str) -> str:
    with database.store(store).engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT word FROM mark").scalar_one())


@pytest.fixture(scope="session")
def backup_bytes(migrated_files: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a migrated, empty database."""
    from tests.migrated import _workspace, copy_files

    workspace = _workspace(tmp_path_factory.mktemp("backup"), None)
    copy_files(migrated_files, workspace.state)
    database = open_database(workspace)
    back_up(database, workspace.root / "a.backup", now=NOW)
    database.close()
    return (workspace.root / "a.backup").read_bytes()


def rewritten(
    backup: bytes,
    folder: Path,
    *,
    manifest: Callable[[dict[str, Any]], object] = lambda m: m,
    more: dict[str, bytes] | None = None,
    change: dict[str, Callable[[bytes], bytes]] | None = None,
) -> Path:
    """The backup with another manifest, further members, or changed ones whose hash is right."""
    target = folder / f"rewritten-{uuid.uuid4().hex[:6]}.backup"
    with zipfile.ZipFile(io.BytesIO(backup)) as source, zipfile.ZipFile(target, "w") as archive:
        told = json.loads(source.read(MANIFEST))
        for name in source.namelist():
            content = (change or {}).get(name, lambda same: same)(source.read(name))
            if name != MANIFEST:
                archive.writestr(name, content)
                told["members"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
        for name, content in (more or {}).items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps(manifest(told)))
    return target


def test_a_backup_and_a_new_database_are_closed_to_others(make_workspace: Callable[..., Workspace], tmp_path: Path, now: datetime) -> None:
    workspace = make_workspace(database="sqlite:///elsewhere.db")
    database = open_database(workspace)
    with database.write() as session:
        session.execute(select(Placement)).all()
    with database.store("events").read() as session:
        session.execute(text("SELECT 1"))
    back_up(database, tmp_path / "a.backup", now=now)
    upgrade_copy = copy_before_upgrade(database)
    for path in [*workspace.root.glob("elsewhere*"), tmp_path / "a.backup", upgrade_copy, *upgrade_copy.iterdir()]:
        assert path.stat().st_mode & 0o077 == 0, path
    restore(database, tmp_path / "a.backup")
    for path in workspace.root.glob("elsewhere*"):
        assert path.stat().st_mode & 0o077 == 0, path
    database.close()


def test_the_stores_of_a_backup_are_of_one_moment(make_workspace: Callable[..., Workspace], tmp_path: Path, now: datetime) -> None:
    """What is written into the second file while the first is copied is in neither."""
    database = open_database(make_workspace())
    mark(database, "before")
    real = zipfile.ZipFile.write

    def write(archive: zipfile.ZipFile, *arguments: Any, **more: Any) -> None:
        real(archive, *arguments, **more)
        mark(database, "after")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "write", write)
        back_up(database, tmp_path / "a.backup", now=now)
    restore(database, tmp_path / "a.backup")
    assert {read_mark(database, store) for store in STORES} == {"before"}
    database.close()
