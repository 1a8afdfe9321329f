"""PostgreSQL frees an advisory lock with its connection: the audit that held it stops, and is resumed without loss."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

import pytest
import sqlalchemy

from growth.db import Database
from growth.jobs import ONCE, JobRun, Postponed
from seo import jobs
from seo.audit import run_audit
from seo.crawl.lock import CrawlRunning, LockLost, only_crawl
from seo.crawls import CrawlState, newest
from seo.listing import list_pages
from tests.conftest import NOW
from tests.seo.test_a_crawl_goes_on_where_it_was_cut_off import YAML, branching
from tests.sites.served import LocalFetcher, Served, files

BASE = "https://www.lock.test/"
pytestmark = pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)


@pytest.fixture
def fetching() -> Any:
    """Forty pages, answered without sockets."""
    return partial(LocalFetcher, Served(base=BASE, resources={**files(BASE), **branching(40)}))


@pytest.fixture
def database(open_workspace: Callable[..., Database]) -> Database:
    """A workspace of that site."""
    return open_workspace(YAML.format(base=BASE, pace=100_000))


def drop_the_lock(database: Database) -> None:
    """What a restart, a fail-over or an idle limit does to the one connection that only holds the lock."""
    with database.engine.connect() as connection:
        connection.execute(
            sqlalchemy.text(
                "SELECT pg_terminate_backend(pid, 30000) FROM pg_locks WHERE locktype = 'advisory' AND database = "
                "(SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )


def dropping(database: Database, after: int) -> Callable[[], bool]:
    """A `stopped` that drops the lock when it is asked for the `after`th time."""
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        if asked == after:
            drop_the_lock(database)
        return False

    return stopped


def test_it_stops_with_words_and_goes_on_later(database: Database, fetching: Any) -> None:
    with pytest.raises(LockLost, match="keeps other audits away") as fault:
        run_audit(database, now=NOW, fetching=fetching, stopped=dropping(database, 4))
    assert fault.value.fix == "growth seo audit --resume"
    with database.read() as session:
        crawl = newest(session)
    assert crawl is not None
    assert (crawl.state, "other audits" in (crawl.stopped_because or "")) == (CrawlState.UNFINISHED, True)
    result = run_audit(database, now=NOW, fetching=fetching, resume=True)
    assert (result.crawl.id, result.crawl.state) == (crawl.id, CrawlState.DONE)
    assert len({row["url"] for row in list_pages(database)}) == len(list(list_pages(database))) >= 42


def test_it_leaves_a_crawl_alone_that_another_process_has_taken_over(database: Database, fetching: Any) -> None:
    drop, other = dropping(database, 4), ExitStack()

    def stopped() -> bool:
        drop()
        with suppress(CrawlRunning):
            other.enter_context(only_crawl(database))
        return False

    with other, pytest.raises(LockLost):
        run_audit(database, now=NOW, fetching=fetching, stopped=stopped)
    with database.read() as session:
        crawl = newest(session)
    assert crawl is not None
    assert (crawl.state, crawl.stopped_because) == (CrawlState.RUNNING, None)


def test_the_job_is_put_off_and_goes_on(database: Database, fetching: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run = JobRun(job=jobs.SCHEDULED, key="2026-W48", period=ONCE, workspace=database.workspace, database=database, now=NOW)
    monkeypatch.setattr(
        jobs, "run_audit", lambda *args, **more: run_audit(*args, **{**more, "fetching": fetching, "stopped": dropping(database, 4)})
    )
    with pytest.raises(Postponed, match="keeps other audits away"):
        jobs.audit(run)
    monkeypatch.setattr(jobs, "run_audit", partial(run_audit, fetching=fetching))
    jobs.audit(run)
    with database.read() as session:
        crawl = newest(session)
    assert crawl is not None
    assert (crawl.id, crawl.state) == (1, CrawlState.DONE)
