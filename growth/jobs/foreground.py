"""Running one job now, in the process that asks: ``growth jobs run``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from growth import clock
from growth.db import Database
from growth.errors import Unfinished
from growth.jobs import store
from growth.jobs.asking import ask
from growth.jobs.catalogue import Catalogue
from growth.jobs.execute import Outcome, execute
from growth.jobs.heart import Heart, alive
from growth.jobs.store import Run
from growth.language import _


def run_now(database: Database, catalogue: Catalogue, *, job: str, key: str | None, asked_by: str) -> tuple[Run, Outcome]:
    """Run `job` for its period to its end in this thread. Raises what `ask` raises, and Unfinished where another run of the job goes on.

    The first SIGINT or SIGTERM asks the job to stop at a good place, the second ends it.
    """
    with alive(database, "command") as heart, _stoppable() as stopping:
        run = _taken(database, catalogue, job=job, key=key, asked_by=asked_by, heart=heart)
        heart.doing = lambda: f"{run.job} {run.period}"
        outcome = execute(database, catalogue, run, should_stop=lambda: stopping.is_set() or (run.id, run.attempts) in heart.unwanted)
        with database.read() as session:
            found = store.get(session, run_id=run.id)
    return found or run, outcome


def _taken(database: Database, catalogue: Catalogue, *, job: str, key: str | None, asked_by: str, heart: Heart) -> Run:
    """Ask and claim in one transaction, so that no worker is quicker."""
    now = clock.now()
    with database.write() as session:
        asked = ask(session, catalogue, job=job, key=key, asked_by=asked_by, now=now)
        claimed = store.claim(session, run=asked, owner=heart.who.id, now=now, workspace_hash=catalogue.workspace.hash)
        if claimed is None:
            raise Unfinished(_("another run of “{job}” is going on", job=job), fix="growth status")
    return claimed


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
