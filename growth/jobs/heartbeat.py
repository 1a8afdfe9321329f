"""The heartbeat: APScheduler with one interval job in memory, which reconciles. It keeps no schedule of ours: the truth is our table.

Its own ways of losing runs (a misfire after one second, jobs as pickles, twice with two processes) do not matter for a beat that may come
late, and is harmless when it comes twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers import background
from apscheduler.triggers import interval

from growth import clock
from growth.db import Database
from growth.errors import GrowthError
from growth.jobs.chores import add_chores, chore_states
from growth.jobs.current import Current
from growth.jobs.reconcile import Reconciled, reconcile

log = logging.getLogger("growth.jobs")

INTERVAL_SECONDS = 5


def tick(database: Database, current: Current, *, now: datetime) -> Reconciled:
    """One beat: enter what fell due, know the chores, tell of broken files."""
    catalogue = current.get()
    current.tell_problems(now=now)
    with database.read() as session:
        missing = set(catalogue.chores) - set(chore_states(session))
    if missing:
        with database.write() as session:
            add_chores(session, names=sorted(missing), now=now)
    done = reconcile(database, catalogue, now=now)
    if done.due or done.missed:
        log.info("%d runs due, %d missed", done.due, done.missed)
    return done


@contextmanager
def heartbeat(database: Database, current: Current, *, ring: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Within the block, a beat every five seconds, the first at once; `ring` is called where something fell due."""

    def beat() -> None:
        try:
            if tick(database, current, now=clock.now()).due:
                ring()
        except GrowthError as fault:
            log.warning("no reconciling: %s", fault)
        except Exception:  # the next beat tries again
            log.exception("no reconciling")

    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    untyped: Any = background.BackgroundScheduler, interval.IntervalTrigger
    make_scheduler, make_trigger = untyped
    scheduler, trigger = make_scheduler(timezone=UTC), make_trigger(seconds=INTERVAL_SECONDS, timezone=UTC)
    scheduler.add_job(beat, trigger, misfire_grace_time=None, coalesce=True, max_instances=1, next_run_time=datetime.now(UTC))
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)
