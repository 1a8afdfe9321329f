"""Migrations: Alembic scripts per owner and store, each with a version table of its own, so that an app can be left out."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from growth import clock
from growth.app import App, Migrations
from growth.errors import GrowthError
from growth.language import _

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

    from growth.db.database import Database

#: automatic copies made before an upgrade that are kept
KEPT_COPIES = 3
_REVISION = re.compile(r"^(down_)?revision = [\"'](.+)[\"']$", re.MULTILINE)


class SchemaOutdated(GrowthError):
    """The schema is older (or newer) than this program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    """Where one owner's schema stands in one store. `current` is None before the first upgrade."""

    owner: str
    store: str
    current: str | None
    head: str
    known: bool

    @property
    def is_current(self) -> bool:
        """Whether nothing is to be done."""
        return self.current == self.head


def schema_state(database: Database, apps: tuple[App, ...] | None = None) -> list[SchemaState]:
    """The state of every owner's schema among the enabled apps."""
    states = []
    for migrations in _all(database, apps):
        head, revisions = revisions_of(migrations.package)
        store = database.store(migrations.store)
        with store.engine.connect() as connection:
            current = _current(connection, migrations, store)
        known = current is None or current in revisions
        states.append(SchemaState(owner=migrations.owner, store=migrations.store, current=current, head=head, known=known))
    return states


def knows(database: Database, schema: Mapping[str, object]) -> bool:
    """Whether this program knows every revision of `schema` (``{"owner/store": revision}``) among the enabled apps' ones."""
    for migrations in _all(database, None):
        revision = schema.get(f"{migrations.owner}/{migrations.store}")
        if revision is not None and revision not in revisions_of(migrations.package)[1]:
            return False
    return True


def ensure_schema(database: Database) -> None:
    """Bring a SQLite database up to date, a copy made before; raise SchemaOutdated for an old PostgreSQL or a newer program's database."""
    states = schema_state(database)
    if all(state.is_current for state in states):
        return
    _refuse_newer(states)
    if not database.is_sqlite:
        raise SchemaOutdated(_("the database's schema is not that of this program"), fix="growth db upgrade")
    upgrade(database, states=states)


def upgrade(database: Database, *, states: list[SchemaState] | None = None) -> list[SchemaState]:
    """Run what is missing, a copy of a SQLite file made before. Returns the states that were changed.

    Raises SchemaOutdated for the database of a newer program.
    """
    states = schema_state(database) if states is None else states
    _refuse_newer(states)
    behind = [state for state in states if not state.is_current]
    if database.is_sqlite and any(state.current for state in behind):
        copy_before_upgrade(database)
    by_key = {(m.owner, m.store): m for m in _all(database, None)}
    for state in behind:
        _run(database.store(state.store), by_key[state.owner, state.store])
    return behind


def _refuse_newer(states: Iterable[SchemaState]) -> None:
    if newer := [state for state in states if not state.known]:
        raise SchemaOutdated(
            _(
                "the database was upgraded by a newer version of this program ({owner} {current})",
                owner=newer[0].owner,
                current=newer[0].current,
            ),
            fix=_("upgrade the program: pip install --upgrade growth-suite"),
        )


def copy_before_upgrade(database: Database) -> Path:
    """A consistent copy of all SQLite files under ``.growth/backups``; the oldest beyond three go."""
    folder: Path = database.workspace.state / "backups" / f"before-upgrade-{clock.now():%Y%m%dT%H%M%S%f}"
    folder.mkdir(parents=True, mode=0o700)
    for path in sqlite_files(database):
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(folder / path.name)) as target:
            source.backup(target)
        (folder / path.name).chmod(0o600)
    for old in sorted(folder.parent.glob("before-upgrade-*"))[:-KEPT_COPIES]:
        shutil.rmtree(old)
    return folder


def sqlite_files(database: Database) -> list[Path]:
    """The SQLite files that exist, the main one first."""
    from growth.db.base import BULK_STORES

    paths = [Path(str(database.store(name).engine.url.database)) for name in ("main", *BULK_STORES)]
    return [path for path in paths if path.exists()]


def _all(database: Database, apps: tuple[App, ...] | None) -> Iterator[Migrations]:
    for app in apps if apps is not None else database.workspace.apps:
        yield from app.migrations


def _folder(package: str) -> Path:
    return Path(str(import_module(package).__path__[0]))


@cache
def revisions_of(package: str) -> tuple[str, frozenset[str]]:
    """The newest revision of a package of migrations, and all of them.

    Read from the scripts' texts: every command asks, and importing Alembic with the scripts takes a fifth of a second.
    """
    texts = [path.read_text("utf-8") for path in (_folder(package) / "versions").glob("*.py")]
    found = [match.groups() for text_ in texts for match in _REVISION.finditer(text_)]
    earlier = {revision for down, revision in found if down}
    revisions = {revision for down, revision in found if not down}
    (head,) = revisions - earlier
    return head, frozenset(revisions)


def _script(migrations: Migrations) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    folder = _folder(migrations.package)
    return ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])


def _current(connection: Connection, migrations: Migrations, store: Database) -> str | None:
    schema = None if store.is_sqlite or store.name == "main" else store.name
    if not inspect(connection).has_table(version_table(migrations.owner), schema=schema):
        return None
    name = f"{schema}.{version_table(migrations.owner)}" if schema else version_table(migrations.owner)
    row = connection.execute(text(f"SELECT version_num FROM {name}")).first()  # noqa: S608 - the name is ours
    return str(row[0]) if row else None


def version_table(owner: str) -> str:
    """Name of the table that keeps an owner's revision."""
    return f"{owner}_schema_version"


def _run(store: Database, migrations: Migrations) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    script = _script(migrations)

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)

    with _writing(store) as connection:
        in_schema = not store.is_sqlite and store.name != "main"
        if in_schema:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {store.name}"))
        with EnvironmentContext(Config(), script, fn=steps) as environment:
            environment.configure(
                connection=connection,
                version_table=version_table(migrations.owner),
                version_table_schema=store.name if in_schema else None,
                transactional_ddl=True,
                render_as_batch=store.is_sqlite,
            )
            environment.run_migrations()


@contextmanager
def _writing(store: Database) -> Iterator[Connection]:
    """One transaction; two programs that upgrade at once wait for each other."""
    with store.engine.execution_options(growth_writes=True).connect() as connection, connection.begin():
        if not store.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(71823401)"))
        yield connection
