"""Fixtures for every test: a temporary workspace, a database on each engine, real services on loopback."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.engine import make_url

import growth.db.database
from growth.db import Database, open_database, upgrade
from growth.language import use_language
from growth.security import fresh_key
from growth.workspace import Workspace, load_workspace

#: fixtures `web` and `make_web`: a browser for pages
pytest_plugins = ["tests.web", "tests.migrated"]

POSTGRES = os.environ.get("GROWTH_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
REQUIRE_SERVICES = os.environ.get("REQUIRE_SERVICES") == "1"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

MakeWorkspace = Callable[..., Workspace]


def _postgres_url() -> sqlalchemy.URL:
    return make_url(POSTGRES).set(drivername="postgresql+psycopg")


def _postgres_answers() -> bool:
    try:
        engine = sqlalchemy.create_engine(_postgres_url(), connect_args={"connect_timeout": 3})
        with engine.connect():
            return True
    except (sqlalchemy.exc.DBAPIError, ImportError):
        return False


def chromium() -> str | None:
    """Debian's chromium, where it is installed."""
    return shutil.which("chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out, with a line that says so, what needs a service that is not here; with REQUIRE_SERVICES=1 it fails instead."""
    missing = {}
    if any("postgres" in item.keywords for item in items) and not _postgres_answers():
        missing["postgres"] = "PostgreSQL does not answer at GROWTH_TEST_POSTGRES"
    if any("browser" in item.keywords for item in items) and chromium() is None:
        missing["browser"] = "Debian's chromium is not installed"
    if missing and REQUIRE_SERVICES:
        raise pytest.UsageError(f"REQUIRE_SERVICES=1, but {'; '.join(missing.values())}")
    for item in items:
        for marker, reason in missing.items():
            if marker in item.keywords:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests read English unless they ask for another language: what a page or command says must not hang on the test before."""
    monkeypatch.setenv("GROWTH_LANG", "en")
    use_language("en")


@pytest.fixture(scope="session", autouse=True)
def quick_commits() -> Iterator[Callable[..., None]]:
    """No commit of this process waits for the disk; yields what the program itself does."""
    prepare = growth.db.database._prepare_sqlite

    def quick(connection: Any, record: object, *, bulk: bool) -> None:
        prepare(connection, record, bulk=bulk)
        connection.execute("PRAGMA synchronous=OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("growth.db.database._prepare_sqlite", quick)
        yield prepare


@pytest.fixture
def now() -> datetime:
    """A Monday, 10:00 in Shanghai."""
    return NOW


@pytest.fixture
def make_workspace(tmp_path: Path) -> MakeWorkspace:
    """``make_workspace("site: …", files={"channels.yaml": "…"}, env={"NAME": "…"}, database="sqlite:///…")`` → a loaded workspace."""

    def make(
        growth_yaml: str | None = None,
        *,
        files: dict[str, str] | None = None,
        env: dict[str, str] | None = None,
        database: str | None = None,
    ) -> Workspace:
        root = tmp_path / f"workspace-{uuid.uuid4().hex[:6]}"
        root.mkdir()
        text = growth_yaml or "site:\n  name: 诚信贷\n  url: https://www.example.com/\n  locale: en\n"
        if database:
            text += f"\ndatabase: {database}\n"
        (root / "growth.yaml").write_text(text, "utf-8")
        secrets = {"GROWTH_KEYS": f"k1:{fresh_key()}", "GROWTH_INDEX_KEY": fresh_key(), "GROWTH_SIGNING_KEY": fresh_key(), **(env or {})}
        (root / ".env").write_text("".join(f"{name}={value}\n" for name, value in secrets.items()), "utf-8")
        for name, content in (files or {}).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        return load_workspace(root)

    return make


@pytest.fixture
def workspace(make_workspace: MakeWorkspace) -> Workspace:
    """The smallest workspace."""
    return make_workspace()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """None for the embedded default; else the address of a migrated PostgreSQL database without rows, which is emptied after the test."""
    if request.param == "sqlite":
        yield None
        return
    with request.getfixturevalue("lend_postgres")(_postgres_url()) as url:
        yield url


@contextmanager
def temporary_postgres(template: str = "template1") -> Iterator[str]:
    """The address of a PostgreSQL database that goes afterwards; an empty one, or a copy of `template`."""
    name = f"growth_test_{uuid.uuid4().hex[:12]}"
    admin = sqlalchemy.create_engine(_postgres_url(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sqlalchemy.text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield _postgres_url().set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sqlalchemy.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def open_workspace(make_workspace: MakeWorkspace, database_url: str | None, migrated_files: Path) -> Iterator[Callable[..., Database]]:
    """``open_workspace(growth_yaml, files=…)`` → an open, migrated, claimed database of a new workspace, on each engine."""
    opened: list[Database] = []

    def open_(*arguments: Any, **more: Any) -> Database:
        from growth.db.claim import claim

        workspace = make_workspace(*arguments, database=database_url, **more)
        if database_url is None:
            from tests.migrated import copy_files

            copy_files(migrated_files, workspace.state)
        found = open_database(workspace, check_schema=False)
        upgrade(found)
        claim(found, now=NOW)
        opened.append(found)
        return found

    yield open_
    for each in opened:
        each.close()


@pytest.fixture
def database(open_workspace: Callable[..., Database]) -> Database:
    """A migrated database of the smallest workspace, on each engine."""
    return open_workspace()
