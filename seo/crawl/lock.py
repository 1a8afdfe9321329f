"""One crawl at a time: a lock that a killed process cannot leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy

from growth.db import Database
from growth.errors import GrowthError
from growth.language import _

#: key of PostgreSQL's advisory lock
_KEY = 71823411


class CrawlRunning(GrowthError):
    """Another process is crawling this site."""


@contextmanager
def only_crawl(database: Database) -> Iterator[None]:
    """Hold the lock of the workspace's crawl. Raises CrawlRunning where another process has it; the system frees it when
    its holder dies.
    """
    holder = _on_file(database) if database.is_sqlite else _on_server(database)
    with holder:
        yield


@contextmanager
def _on_file(database: Database) -> Iterator[None]:
    import fcntl

    path = database.workspace.state / "crawl.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise _running() from fault
        yield


@contextmanager
def _on_server(database: Database) -> Iterator[None]:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        got: Any = connection.execute(sqlalchemy.text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY}).scalar()
        if not got:
            raise _running()
        try:
            yield
        finally:
            # a server that dropped the connection (a restart) freed the lock with it; a crawl that came through is none the worse
            with suppress(sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError):
                connection.execute(sqlalchemy.text("SELECT pg_advisory_unlock(:key)"), {"key": _KEY})


def _running() -> CrawlRunning:
    return CrawlRunning(
        _("an audit of this workspace is running"),
        fix=_("wait for it, or stop it with Ctrl-C where it runs; the dashboard shows its progress"),
    )
