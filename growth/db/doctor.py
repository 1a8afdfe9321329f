"""What the database room tells the doctor: keys, schema, integrity, claim, disk, clock."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from growth import clock
from growth.app import Diagnosis, Level
from growth.db.claim import is_claimed
from growth.db.database import Database, vault_of
from growth.db.upgrade import schema_state
from growth.db.verify import verify
from growth.errors import GrowthError
from growth.language import _
from growth.workspace import Workspace

#: below this the doctor warns, below a tenth of it it fails
SPACE_BYTES = 2 << 30


def diagnose(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """Keys, database, disk and clock."""
    yield from _keys(workspace)
    yield _key_copy(workspace)
    if database is not None:
        yield from _database(database)
    yield _disk(workspace.state)
    if database is not None and not database.is_sqlite:
        yield _clock(database)


def _keys(workspace: Workspace) -> Iterator[Diagnosis]:
    try:
        vault = vault_of(workspace)
        sealed = vault.seal("doctor.test", 1, "ok")
        assert vault.open("doctor.test", 1, sealed) == "ok"
        yield Diagnosis(
            id="keys",
            level=Level.OK,
            message=_("keys: encryption, index and signing keys are strong (encrypting with {key})", key=vault.key_id),
        )
    except GrowthError as fault:
        yield Diagnosis(id="keys", level=Level.FAIL, message=_("keys: {what}", what=fault.message), fix=fault.fix)
    env = workspace.root / ".env"
    if env.exists() and env.stat().st_mode & 0o077:
        yield Diagnosis(
            id="env-mode", level=Level.WARN, message=_(".env can be read by other users of this machine"), fix=f"chmod 600 {env}"
        )


def _key_copy(workspace: Workspace) -> Diagnosis:
    mark = workspace.state / "keys-copied"
    if mark.exists():
        return Diagnosis(
            id="key-copy", level=Level.OK, message=_("keys: a second copy is kept (said on {day})", day=mark.read_text().strip())
        )
    return Diagnosis(
        id="key-copy",
        level=Level.WARN,
        message=_("keys: nobody has said that a second copy of .env is kept; without it no backup can be read"),
        fix=_("put the lines of .env into your password store, then: date +%F > {mark}", mark=mark),
    )


def _database(database: Database) -> Iterator[Diagnosis]:
    where = database.engine.url.render_as_string(hide_password=True)
    behind = [state for state in schema_state(database) if not state.is_current]
    if behind:
        yield Diagnosis(
            id="schema", level=Level.FAIL, message=_("database: the schema is not that of this program"), fix="growth db upgrade"
        )
    damages = verify(database)
    for damage in damages:
        yield Diagnosis(id="integrity", level=Level.FAIL, message=_("database: {what}", what=damage.what), fix=damage.fix)
    if not damages and not behind:
        yield Diagnosis(id="database", level=Level.OK, message=_("database: {where} is whole and current", where=where))
    if not is_claimed(database):
        yield Diagnosis(
            id="claim", level=Level.WARN, message=_("database: a copy, or restored; nothing is sent from it"), fix="growth db claim"
        )


def _disk(folder: Path) -> Diagnosis:
    free = shutil.disk_usage(folder).free
    level = Level.OK if free >= SPACE_BYTES else Level.WARN if free >= SPACE_BYTES // 10 else Level.FAIL
    return Diagnosis(
        id="disk",
        level=level,
        message=_("disk: {free} GB free at {folder}", free=f"{free / (1 << 30):.1f}", folder=folder),
        fix=None if level is Level.OK else _("make room on that disk"),
    )


def _clock(database: Database) -> Diagnosis:
    before = time.monotonic()
    with database.engine.connect() as connection:
        there = float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one())
    apart = abs(clock.now().timestamp() - there) - (time.monotonic() - before)
    if apart > 2:
        return Diagnosis(
            id="clock",
            level=Level.WARN,
            message=_("clock: this machine and the database's are {n} s apart", n=round(apart)),
            fix=_("let both follow a time server (NTP)"),
        )
    return Diagnosis(id="clock", level=Level.OK, message=_("clock: this machine and the database's agree"))
