"""Databases that are migrated once a test run and then copied: migrating takes ten times as long as copying."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

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


def _run(server: sqlalchemy.URL, statement: str) -> None:
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(statement))
    engine.dispose()
