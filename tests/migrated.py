"""Databases that are migrated once a test run and then copied: migrating takes ten times as long as copying.

A copy on PostgreSQL is emptied after a test and lent to the next one: making and dropping one costs 0.6 s, emptying it some hundredths.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from growth.db import open_database, upgrade
from growth.security import fresh_key
from growth.workspace import Workspace, load_workspace


def _workspace(root: Path, database: str | None) -> Workspace:
    text = "site:\n  url: https://www.example.com/\n" + (f"database: {database}\n" if database else "")
    (root / "growth.yaml").write_text(text, "utf-8")
    names = ("GROWTH_INDEX_KEY", "GROWTH_SIGNING_KEY")
    (root / ".env").write_text("".join([f"GROWTH_KEYS=k1:{fresh_key()}\n", *(f"{name}={fresh_key()}\n" for name in names)]), "utf-8")
    return load_workspace(root)


@pytest.fixture(scope="session")
def migrated_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the SQLite files of a migrated database."""
    workspace = _workspace(tmp_path_factory.mktemp("migrated"), None)
    database = open_database(workspace, check_schema=False)
    upgrade(database)
    database.close()
    return workspace.state


def copy_files(migrated: Path, state: Path) -> None:
    """Give a workspace migrated SQLite files."""
    for path in migrated.glob("*.db"):
        shutil.copyfile(path, state / path.name)


@pytest.fixture(scope="session")
def migrated_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[sqlalchemy.URL], str]]:
    """``migrated_postgres(server)`` → the name of a migrated database on it, from which others are made (``TEMPLATE``)."""
    made: dict[sqlalchemy.URL, str] = {}

    def template(server: sqlalchemy.URL) -> str:
        if server not in made:
            name = f"growth_template_{uuid.uuid4().hex[:12]}"
            _run(server, f'CREATE DATABASE "{name}"')
            made[server] = name
            address = server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
            database = open_database(_workspace(tmp_path_factory.mktemp("migrated"), address), check_schema=False)
            upgrade(database)
            database.close()
        return made[server]

    yield template
    for server, name in made.items():
        _run(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def lend_postgres(migrated_postgres: Callable[[sqlalchemy.URL], str]) -> Iterator[Callable[[sqlalchemy.URL], AbstractContextManager[str]]]:
    """``with lend_postgres(server) as address:`` a migrated database without rows, as if it had just been made."""
    made: list[_Lent] = []
    free: list[_Lent] = []

    @contextmanager
    def lend(server: sqlalchemy.URL) -> Iterator[str]:
        one = next((each for each in free if each.server == server), None)
        if one is None:
            one = _Lent.made(server, template=migrated_postgres(server))
            made.append(one)
        else:
            free.remove(one)
        yield one.url.set(drivername="postgresql").render_as_string(hide_password=False)
        if one.is_empty_again():
            free.append(one)

    yield lend
    for each in made:
        _run(each.server, f'DROP DATABASE IF EXISTS "{each.url.database}" WITH (FORCE)')


@dataclass(frozen=True, kw_only=True)
class _Lent:
    """A database that tests use one after the other; `tables` are those that a new one has no rows in, `made_of` what it is made of."""

    server: sqlalchemy.URL
    url: sqlalchemy.URL
    tables: tuple[str, ...]
    made_of: tuple[Any, ...]

    @classmethod
    def made(cls, server: sqlalchemy.URL, *, template: str) -> _Lent:
        name = f"growth_test_{uuid.uuid4().hex[:12]}"
        _run(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        # a power cut may take what a test wrote
        _run(server, f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        url = server.set(database=name)
        with _connected(url) as connection:
            tables = tuple(name for (name,) in connection.execute(_TABLES) if not name.endswith("_schema_version"))
            return cls(server=server, url=url, tables=tables, made_of=_made_of(connection))

    def is_empty_again(self) -> bool:
        """Take out what a test wrote, and whoever it left behind. False where it changed more than rows, or wrote very many."""
        with _connected(self.url) as connection:
            connection.execute(_LEAVE)
            if _made_of(connection) != self.made_of or connection.scalar(_SIZE) > MOST_BYTES:
                return False
            # no order of foreign keys needs to be kept where everything goes
            connection.execute(sqlalchemy.text("SET session_replication_role = replica"))
            rows = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in self.tables)
            for (name,) in connection.execute(sqlalchemy.text(rows)).all():
                connection.execute(sqlalchemy.text(f"DELETE FROM {name}"))
            connection.execute(_COUNT_ANEW)
        return True


#: a larger one is made anew; new it has 13 MB
MOST_BYTES = 50_000_000
_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'"
_TABLES = sqlalchemy.text(
    f"SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND {_OURS}"
)
_SIZE = sqlalchemy.text("SELECT pg_database_size(current_database())")
_LEAVE = sqlalchemy.text(
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_COUNT_ANEW = sqlalchemy.text(
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences WHERE last_value IS NOT NULL"
)
#: relations with what they consist of, columns, constraints, functions
_PARTS = (
    sqlalchemy.text(
        "SELECT md5(string_agg(concat(c.oid, ' ', c.relname, ' ', c.relnatts, ' ', c.relhastriggers), ',' ORDER BY c.oid))"
        f" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}"
    ),
    sqlalchemy.text(
        "SELECT md5(string_agg(concat(a.attrelid, ' ', a.attname, ' ', a.atttypid, ' ', a.attnotnull), ',' ORDER BY a.attrelid, a.attnum))"
        f" FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}"
    ),
    sqlalchemy.text(f"SELECT count(*) FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE {_OURS}"),
    sqlalchemy.text(f"SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OURS}"),
)


def _made_of(connection: sqlalchemy.Connection) -> tuple[Any, ...]:
    """What a database is made of besides its rows, and the version of each owner's part."""
    versions = [name for (name,) in connection.execute(_TABLES) if name.endswith("_schema_version")]
    found = [connection.scalar(sqlalchemy.text(f"SELECT string_agg(t::text, ',') FROM {name} t")) for name in sorted(versions)]
    return tuple(versions), tuple(found), *(connection.scalar(part) for part in _PARTS)


@contextmanager
def _connected(url: sqlalchemy.URL) -> Iterator[sqlalchemy.Connection]:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        yield connection


def _run(server: sqlalchemy.URL, statement: str) -> None:
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(statement))
    engine.dispose()
