"""One crawl at a time: a lock that a killed process cannot leave behind, and that is noticed when it is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import sqlalchemy
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from growth.db import Database
from growth.errors import GrowthError, Unfinished
from growth.language import _

#: key of PostgreSQL's advisory lock
_KEY = 71823411
#: a lock of that key that is held by the very connection that asks
_HELD = sqlalchemy.text(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = :key AND pid = pg_backend_pid() AND granted"
)


class CrawlRunning(GrowthError):
    """Another process is crawling this site."""


class LockLost(Unfinished):
    """The server ended the connection that holds the lock: another process may be crawling by now."""


def only_crawl(database: Database) -> AbstractContextManager[Callable[[], None]]:
    """Hold the lock of the workspace's crawl; gives a function that raises LockLost where it is held no longer.

    Raises CrawlRunning where another process has it; the system frees it when its holder dies.
    """
    return _on_file(database) if database.is_sqlite else _on_server(database)


@contextmanager
def _on_file(database: Database) -> Iterator[Callable[[], None]]:
    import fcntl

    path = database.workspace.state / "crawl.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise _running() from fault
        yield lambda: None  # an open file keeps its lock


@contextmanager
def _on_server(database: Database) -> Iterator[Callable[[], None]]:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        got: Any = connection.execute(sqlalchemy.text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY}).scalar()
        if not got:
            raise _running()
        why = ""

        def still_held() -> None:
            nonlocal why
            why = why or _why_lost(connection)
            if why:
                told = _("the database ended the connection that keeps other audits away ({why}); what was crawled is kept", why=why)
                raise LockLost(told, fix="growth seo audit --resume")

        try:
            yield still_held
        finally:
            # a server that dropped the connection (a restart) freed the lock with it
            with suppress(SQLAlchemyError):
                connection.execute(sqlalchemy.text("SELECT pg_advisory_unlock(:key)"), {"key": _KEY})


def _why_lost(connection: Connection) -> str:
    """Why the lock is gone; "" where it is held. A connection that was opened anew behind our back does not have it."""
    try:
        return "" if connection.execute(_HELD, {"key": _KEY}).scalar() else _("a new connection took its place")
    except DBAPIError as fault:
        return (str(fault.orig).strip().splitlines() or [type(fault).__name__])[0]


def _running() -> CrawlRunning:
    return CrawlRunning(
        _("an audit of this workspace is running"),
        fix=_("wait for it, or stop it with Ctrl-C where it runs; the dashboard shows its progress"),
    )
