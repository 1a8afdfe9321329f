"""Put a backup in place of the database: as a whole or not at all, and only while nobody else uses it.

On SQLite new files are made ready and exchanged for the old ones (`growth.db.exchange`); on PostgreSQL it is one transaction.
A restored database is not claimed: it sends nothing until a person says so (`growth.db.claim`).
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, delete, text
from sqlalchemy.types import Date, LargeBinary, TypeEngine, Uuid

from growth import clock
from growth.db.backup import BackupDamaged, check_backup, free_bytes
from growth.db.base import BULK_STORES
from growth.db.columns import Instant, Sealed
from growth.db.database import Database, database_at
from growth.db.exchange import abandon, exchange, prepare
from growth.db.models import Installation
from growth.db.tables import BATCH, STORES, set_sequences, tables_of, write_rows
from growth.db.upgrade import copy_before_upgrade, knows, schema_state, sqlite_files, upgrade
from growth.errors import GrowthError, Unreachable
from growth.language import _


class BackupForeign(GrowthError):
    """The backup cannot be restored into this database as it is."""


def restore(database: Database, source: Path) -> dict[str, Any]:
    """Put the backup in place of what is in the database; of SQLite files a copy is kept under ``.growth/backups``.

    Raises, before anything is touched, BackupDamaged; BackupForeign where kinds or versions do not fit; Unreachable where another
    process uses the database.
    """
    manifest = check_backup(source)
    if manifest["kind"] == "sqlite" and not database.is_sqlite:
        raise BackupForeign(
            _("{source} was made from SQLite, and this database is PostgreSQL", source=source),
            fix=_("restore it in a SQLite workspace, then: growth db copy --to URL"),
        )
    if not knows(database, manifest["schema"]):
        raise BackupForeign(
            _("{source} was written by a newer version of this program ({version})", source=source, version=manifest["program"]),
            fix=_("upgrade the program: pip install --upgrade growth-suite"),
        )
    if not database.is_sqlite:
        _restore_on_server(database, source, manifest)
        return manifest
    places = _places(manifest, source, Path(str(database.engine.url.database))) if manifest["kind"] == "sqlite" else {}
    _alone(database)
    _restore_files(database, source, manifest, places)
    return manifest


def _places(manifest: dict[str, Any], source: Path, main: Path) -> dict[str, str]:
    """Member → name of the file it becomes: a backup of ``growth.db`` may go where the file is named otherwise. Raises BackupDamaged."""
    places: dict[str, str] = {}
    for member in manifest["members"]:
        bulk = next((store for store in BULK_STORES if member.endswith(f"-{store}.db")), None)
        name = f"{main.name.removesuffix('.db')}-{bulk}.db" if bulk else main.name
        if "/" in member or "\\" in member or not member.endswith(".db") or name in places.values():
            raise BackupDamaged(
                _("{source}: “{name}” is not a file name of a backup", source=source, name=member),
                fix=_("take a file that growth db backup wrote"),
            )
        places[member] = name
    if main.name not in places.values():
        raise BackupDamaged(_("{source}: the main file is missing", source=source), fix=_("take a file that growth db backup wrote"))
    return places


def _restore_files(database: Database, source: Path, manifest: dict[str, Any], places: Mapping[str, str]) -> None:
    """Make the new files ready beside the old ones, then exchange them."""
    main = Path(str(database.engine.url.database))
    needed = sum(int(facts["size_bytes"]) for facts in manifest["members"].values()) + sum(
        path.stat().st_size for path in sqlite_files(database)
    )
    if free_bytes(main.parent) < needed:
        raise Unreachable(
            _("too little room in {folder}: {n} MB are needed", folder=main.parent, n=round(needed / 1e6)),
            fix=_("make room, then restore again"),
        )
    folder = prepare(main)
    try:
        if manifest["kind"] == "sqlite":
            _unpack(source, places, folder)
        else:
            _build(database, source, manifest, folder / main.name)
        for path in folder.iterdir():
            with contextlib.closing(sqlite3.connect(path)) as connection:
                if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                    raise BackupDamaged(
                        _("{source}: {name} fails its integrity check", source=source, name=path.name), fix=_("take an older backup")
                    )
        if main.exists():
            copy_before_upgrade(database)
        exchange(main, gone=[path.name for path in sqlite_files(database)])
    except sqlite3.DatabaseError as fault:
        raise BackupDamaged(
            _("{source} holds no database ({why})", source=source, why=fault), fix=_("take an older backup; nothing was changed")
        ) from fault
    finally:
        abandon(main)


def _unpack(source: Path, places: Mapping[str, str], folder: Path) -> None:
    with zipfile.ZipFile(source) as archive:
        for member, name in places.items():
            with archive.open(member) as stream, (folder / name).open("wb") as target:
                shutil.copyfileobj(stream, target, 1 << 20)
    for name in places.values():
        with contextlib.closing(sqlite3.connect(folder / name)) as connection, connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [Installation.__tablename__]).fetchone():
                connection.execute(f"DELETE FROM {Installation.__tablename__}")  # noqa: S608 - the name is ours


def _build(database: Database, source: Path, manifest: dict[str, Any], main: Path) -> None:
    """SQLite files from the rows of a PostgreSQL backup."""
    built = database_at(f"sqlite:///{main}", database.workspace)
    try:
        upgrade(built)
        _require_same_schema(built, source, manifest)
        for store in STORES:
            with zipfile.ZipFile(source) as archive, built.store(store).engine.execution_options(growth_writes=True).begin() as connection:
                _load_store(connection, built, store, archive, manifest)
        for store in STORES:
            with contextlib.closing(sqlite3.connect(str(built.store(store).engine.url.database), isolation_level=None)) as plain:
                built.store(store).engine.dispose()
                plain.execute("PRAGMA journal_mode=DELETE")
    finally:
        built.close()


def _restore_on_server(database: Database, source: Path, manifest: dict[str, Any]) -> None:
    """All rows of all stores in one transaction, while nobody else is connected."""
    upgrade(database)
    _require_same_schema(database, source, manifest)
    database.close()
    with zipfile.ZipFile(source) as archive, database.engine.begin() as connection:
        others = connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        ).scalar_one()
        if others:
            raise Unreachable(
                _("{n} other connections use the database", n=others),
                fix=_("stop every growth process of this workspace, then restore again"),
            )
        for store in STORES:
            for table in reversed(tables_of(database, store)):
                connection.execute(delete(table))
        connection.execute(delete(Installation))
        for store in STORES:
            _load_store(connection, database, store, archive, manifest)


def _require_same_schema(database: Database, source: Path, manifest: dict[str, Any]) -> None:
    here = {f"{state.owner}/{state.store}": state.current for state in schema_state(database)}
    if missing := sorted({key.partition("/")[0] for key in set(manifest["schema"]) - set(here)}):
        raise BackupForeign(
            _("{source} holds rows of “{name}”, which growth.yaml leaves out", source=source, name=missing[0]),
            fix=_("add {name} to `apps:`, then restore again", name=missing[0]),
        )
    if any(here[key] != revision for key, revision in manifest["schema"].items()):
        raise BackupForeign(
            _("{source} was written by version {version} with another schema", source=source, version=manifest["program"]),
            fix=_("restore it with that version, then upgrade"),
        )


def _load_store(connection: Connection, database: Database, store: str, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    for table in tables_of(database, store):
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


def _decoded(row: dict[str, Any], table: Table) -> dict[str, Any]:
    return {key: _typed(value, table.columns[key].type) for key, value in row.items()}


def _typed(value: Any, kind: TypeEngine[Any]) -> Any:
    if value is None:
        return None
    if isinstance(kind, Instant):
        return clock.from_micros(value)
    if isinstance(kind, LargeBinary | Sealed):
        return base64.b64decode(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return UUID(value) if isinstance(kind, Uuid) else value
