"""Back up and restore all stores as one file: a zip with a manifest of sizes, hashes and row counts.

From SQLite it holds consistent copies of the files; from PostgreSQL the rows of one repeatable-read snapshot.
A restored database is not claimed: it sends nothing until a person says so (`growth.db.claim`).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, delete
from sqlalchemy.types import Date, LargeBinary, TypeEngine, Uuid

from growth import __version__, clock
from growth.db.columns import Instant
from growth.db.database import Database
from growth.db.tables import BATCH, STORES, Tally, rows_of, set_sequences, tables_of, write_rows
from growth.db.upgrade import copy_before_upgrade, schema_state, sqlite_files, upgrade
from growth.errors import GrowthError, Unreachable
from growth.language import _

FORMAT = 1
MANIFEST = "manifest.json"


class BackupDamaged(GrowthError):
    """The file is not a whole backup; nothing was changed."""


class BackupForeign(GrowthError):
    """The backup cannot be restored into this database as it is."""


def back_up(database: Database, target: Path, *, now: datetime) -> dict[str, Any]:
    """Write all stores into `target`, whole or not at all. Returns the manifest."""
    target.parent.mkdir(parents=True, exist_ok=True)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "created_at": clock.rfc3339(now),
        "program": __version__,
        "kind": "sqlite" if database.is_sqlite else "rows",
        "schema": {f"{state.owner}/{state.store}": state.current for state in schema_state(database)},
        "members": {},
        "tables": {},
    }
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        draft = Path(folder) / "draft"
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            if database.is_sqlite:
                _add_files(database, archive, manifest, Path(folder))
            else:
                _add_rows(database, archive, manifest, Path(folder))
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.replace(target)
    return manifest


def check_backup(source: Path) -> dict[str, Any]:
    """The manifest of a backup whose every member is whole. Raises BackupDamaged."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise BackupDamaged(
                    _("{source}: format {format} is unknown to this version", source=source, format=manifest.get("format")),
                    fix=_("restore it with the version that wrote it"),
                )
            for name, facts in manifest["members"].items():
                if _member_hash(archive, name) != facts["sha256"]:
                    raise BackupDamaged(_("{source}: {name} is damaged", source=source, name=name), fix=_("take an older backup"))
    except FileNotFoundError as fault:
        raise GrowthError(_("{source}: no such file", source=source), fix="growth db backup FILE writes one") from fault
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as fault:
        raise BackupDamaged(
            _("{source} is not a whole backup ({why})", source=source, why=fault), fix=_("take an older backup; nothing was changed")
        ) from fault
    return manifest


def restore(database: Database, source: Path) -> dict[str, Any]:
    """Put the backup in place of what is in the database; of SQLite files a copy is kept under ``.growth/backups``.

    Raises BackupDamaged before anything is touched, BackupForeign where kinds or versions do not fit,
    Unreachable where another process uses the files.
    """
    manifest = check_backup(source)
    if manifest["kind"] == "sqlite" and database.is_sqlite:
        _restore_files(database, source, manifest)
    elif manifest["kind"] == "rows":
        _restore_rows(database, source, manifest)
    else:
        raise BackupForeign(
            _("{source} was made from SQLite, and this database is PostgreSQL", source=source),
            fix=_("restore it in a SQLite workspace, then: growth db copy --to URL"),
        )
    return manifest


def _add_files(database: Database, archive: zipfile.ZipFile, manifest: dict[str, Any], folder: Path) -> None:
    for path in sqlite_files(database):
        copy = folder / path.name
        with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            for (name,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
                manifest["tables"][f"{path.name}:{name}"] = {"rows": target.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]}  # noqa: S608
        archive.write(copy, path.name)
        manifest["members"][path.name] = {"sha256": _file_hash(copy), "size_bytes": copy.stat().st_size}
        copy.unlink()


def _add_rows(database: Database, archive: zipfile.ZipFile, manifest: dict[str, Any], folder: Path) -> None:
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for store in STORES:
            for table in tables_of(database, store):
                name = f"{store}/{table.name}.jsonl"
                path, found = folder / "rows", Tally()
                with path.open("w", encoding="utf-8") as stream:
                    for rows in rows_of(connection, table):
                        found.add(rows)
                        stream.writelines(json.dumps(_encoded(row), ensure_ascii=False) + "\n" for row in rows)
                archive.write(path, name)
                manifest["members"][name] = {"sha256": _file_hash(path), "size_bytes": path.stat().st_size}
                manifest["tables"][f"{store}:{table.name}"] = found.as_json()


def _restore_files(database: Database, source: Path, manifest: dict[str, Any]) -> None:
    main = Path(str(database.engine.url.database))
    with tempfile.TemporaryDirectory(dir=main.parent, prefix=".restore-") as folder:
        with zipfile.ZipFile(source) as archive:
            for name in manifest["members"]:
                if Path(name).name != name:
                    raise BackupDamaged(_("{source}: “{name}” is not a file name of a backup", source=source, name=name))
                archive.extract(name, folder)
        for name in manifest["members"]:
            with contextlib.closing(sqlite3.connect(Path(folder) / name)) as connection:
                if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                    raise BackupDamaged(
                        _("{source}: {name} fails its integrity check", source=source, name=name), fix=_("take an older backup")
                    )
        if main.exists():
            copy_before_upgrade(database)
        _alone(database)
        for path in sqlite_files(database):
            for leftover in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                leftover.unlink(missing_ok=True)
        for name in manifest["members"]:
            (Path(folder) / name).replace(main.parent / _renamed(name, main))


def _renamed(member: str, main: Path) -> str:
    """A backup of ``growth.db`` restored into a workspace whose file is named otherwise."""
    for store in STORES[1:]:
        if member.endswith(f"-{store}.db"):
            return f"{main.name.removesuffix('.db')}-{store}.db"
    return main.name


def _restore_rows(database: Database, source: Path, manifest: dict[str, Any]) -> None:
    upgrade(database)
    here = {f"{state.owner}/{state.store}": state.current for state in schema_state(database)}
    if here != manifest["schema"]:
        raise BackupForeign(
            _("{source} was written by version {version} with another schema", source=source, version=manifest["program"]),
            fix=_("restore it with that version, then upgrade"),
        )
    with zipfile.ZipFile(source) as archive:
        for store in STORES:
            tables = tables_of(database, store)
            with _transaction(database.store(store)) as connection:
                for table in reversed(tables):
                    connection.execute(delete(table))
                for table in tables:
                    name = f"{store}/{table.name}.jsonl"
                    if name in manifest["members"]:
                        _load(connection, table, archive, name)


def _load(connection: Connection, table: Table, archive: zipfile.ZipFile, name: str) -> None:
    batch: list[dict[str, Any]] = []
    with archive.open(name) as stream:
        for line in stream:
            batch.append(_decoded(json.loads(line), table))
            if len(batch) == BATCH:
                write_rows(connection, table, batch)
                batch = []
    write_rows(connection, table, batch)
    set_sequences(connection, table)


@contextmanager
def _transaction(store: Database) -> Iterator[Connection]:
    with store.engine.execution_options(growth_writes=True).begin() as connection:
        yield connection


def _alone(database: Database) -> None:
    """Make sure that nobody else has the files open for writing."""
    database.close()
    for path in sqlite_files(database):
        with contextlib.closing(sqlite3.connect(path, timeout=2, isolation_level=None)) as connection:
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.execute("PRAGMA journal_mode=DELETE")
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("ROLLBACK")
            except sqlite3.OperationalError as fault:
                raise Unreachable(
                    _("{path} is in use by another process ({why})", path=path, why=fault),
                    fix=_("stop `growth up` and workers of this workspace first"),
                ) from fault


def _encoded(row: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return clock.to_micros(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _decoded(row: dict[str, Any], table: Table) -> dict[str, Any]:
    return {key: _typed(value, table.columns[key].type) for key, value in row.items()}


def _typed(value: Any, kind: TypeEngine[Any]) -> Any:
    if value is None:
        return None
    if isinstance(kind, Instant):
        return clock.from_micros(value)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return UUID(value) if isinstance(kind, Uuid) else value


def _file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _member_hash(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def prune_backups(folder: Path, *, keep: int) -> list[Path]:
    """Delete all but the newest `keep` scheduled backups; returns what went."""
    old = sorted(folder.glob("growth-*.backup"))[:-keep] if keep > 0 else []
    for path in old:
        path.unlink()
    return old


def free_bytes(folder: Path) -> int:
    """Free space where backups are written."""
    return shutil.disk_usage(folder).free
