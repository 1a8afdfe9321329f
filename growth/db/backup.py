"""Back up all stores as one file: a zip with a manifest of sizes, hashes and row counts; `growth.db.restore` reads it.

From SQLite it holds copies of the files as they were at one moment; from PostgreSQL the rows of one repeatable-read snapshot.
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
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from growth import __version__, clock
from growth.db.database import Database
from growth.db.tables import STORES, Tally, rows_of, tables_of
from growth.db.upgrade import schema_state, sqlite_files
from growth.errors import GrowthError
from growth.language import _

FORMAT = 1
MANIFEST = "manifest.json"


class BackupDamaged(GrowthError):
    """The file is not a whole backup; nothing was changed."""


def back_up(database: Database, target: Path, *, now: datetime) -> dict[str, Any]:
    """Write all stores into `target`, whole or not at all, readable by its owner only. Returns the manifest.

    Raises GrowthError where it cannot be written there.
    """
    if target.is_dir():
        raise GrowthError(_("{target} is a folder", target=target), fix=f"growth db backup {target / 'growth.backup'}")
    try:
        return _written(database, target, now=now)
    except OSError as fault:
        raise GrowthError(
            _("{path} cannot be written: {why}", path=target, why=fault.strerror or fault),
            fix=_("choose another place, or free some space"),
        ) from fault


def _written(database: Database, target: Path, *, now: datetime) -> dict[str, Any]:
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
        draft.chmod(0o600)
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.replace(target)
    return manifest


def check_backup(source: Path) -> dict[str, Any]:
    """The manifest of a backup whose every member is whole. Raises BackupDamaged."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _manifest(json.loads(archive.read(MANIFEST)), source)
            for name, facts in manifest["members"].items():
                if not _is_whole(archive, name, facts):
                    raise BackupDamaged(_("{source}: {name} is damaged", source=source, name=name), fix=_("take an older backup"))
    except FileNotFoundError as fault:
        raise GrowthError(_("{source}: no such file", source=source), fix="growth db backup FILE writes one") from fault
    except _UNREADABLE as fault:
        raise BackupDamaged(
            _("{source} is not a whole backup ({why})", source=source, why=fault), fix=_("take an older backup; nothing was changed")
        ) from fault
    return manifest


#: what Python's zip and JSON readers raise on files that are broken or made to break them
_UNREADABLE = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError, RuntimeError, RecursionError)


def _manifest(found: object, source: Path) -> dict[str, Any]:
    """`found` where it has the form of a manifest. Raises BackupDamaged."""
    if isinstance(found, dict) and found.get("format") not in (None, FORMAT):
        raise BackupDamaged(
            _("{source}: format {format} is unknown to this version", source=source, format=found["format"]),
            fix=_("restore it with the version that wrote it"),
        )
    good = (
        isinstance(found, dict)
        and found.get("kind") in ("sqlite", "rows")
        and all(isinstance(found.get(name), dict) for name in ("schema", "members", "tables"))
        and all(isinstance(found.get(name), str) for name in ("created_at", "program"))
    )
    if not good:
        raise BackupDamaged(
            _("{source}: its manifest is not that of a backup", source=source), fix=_("take an older backup; nothing was changed")
        )
    assert isinstance(found, dict)
    return found


def _add_files(database: Database, archive: zipfile.ZipFile, manifest: dict[str, Any], folder: Path) -> None:
    with contextlib.ExitStack() as stack:
        sources = {
            path: stack.enter_context(contextlib.closing(sqlite3.connect(path, isolation_level=None))) for path in sqlite_files(database)
        }
        for source in sources.values():
            # a snapshot of each file, taken at the same moment: what is written while the first is copied is in none of them
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for path, source in sources.items():
            copy = folder / path.name
            with contextlib.closing(sqlite3.connect(copy)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")
                tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                for (name,) in target.execute(tables).fetchall():
                    rows = target.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - the name is the file's own
                    manifest["tables"][f"{path.name}:{name}"] = {"rows": rows}
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


def _file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_whole(archive: zipfile.ZipFile, name: str, facts: object) -> bool:
    """Whether a member has the size and the hash that the manifest says; no more of it is unpacked than that."""
    if not isinstance(facts, dict) or not isinstance(facts.get("size_bytes"), int):
        return False
    digest, left = hashlib.sha256(), facts["size_bytes"]
    with archive.open(name) as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
            left -= len(block)
            if left < 0:
                return False
    return left == 0 and digest.hexdigest() == facts.get("sha256")


def prune_backups(folder: Path, *, keep: int) -> list[Path]:
    """Delete all but the newest `keep` scheduled backups; returns what went."""
    old = sorted(folder.glob("growth-*.backup"))[:-keep] if keep > 0 else []
    for path in old:
        path.unlink()
    return old


def free_bytes(folder: Path) -> int:
    """Free space where backups are written."""
    return shutil.disk_usage(folder).free
