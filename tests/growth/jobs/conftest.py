"""A database on the embedded engine alone, for tests in which no query decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from growth.db import Database, open_database
from growth.db.claim import claim
from growth.workspace import Workspace
from tests.conftest import NOW


@pytest.fixture
def embedded(make_workspace: Callable[..., Workspace]) -> Iterator[Database]:
    """SQLite only."""
    database = open_database(make_workspace())
    claim(database, now=NOW)
    yield database
    database.close()


@pytest.fixture
def open_again() -> Iterator[Callable[[Database], Database]]:
    """The same database, opened once more as another process would."""
    opened: list[Database] = []

    def again(database: Database) -> Database:
        opened.append(open_database(database.workspace))
        return opened[-1]

    yield again
    for each in opened:
        each.close()
