"""A worker process and a scheduler process, from their start to their end."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from growth.db import Database
from growth.db.claim import is_claimed
from growth.errors import ExitCode
from growth.jobs.current import Current
from growth.jobs.engine import Engine
from growth.jobs.heart import alive
from growth.jobs.heartbeat import heartbeat
from growth.jobs.inprocess import GRACE_SECONDS, InProcess

log = logging.getLogger("growth.jobs")


def run_worker(database: Database, *, beats: bool = True, light: int = 4, heavy: int = 2, grace_seconds: float = GRACE_SECONDS) -> None:
    """Do jobs until the first SIGTERM or SIGINT, which drains; the second aborts. With `beats`, the heartbeat is inside."""
    draining = threading.Event()
    current = Current(database)
    with alive(database, "worker") as heart:
        engine: Engine = InProcess(database, current, heart, light=light, heavy=heavy, grace_seconds=grace_seconds)
        _on_signals(draining, engine.abort)
        if not is_claimed(database):
            log.warning("this database is a copy or was restored, so nothing is sent from it; if it is the one: growth db claim")
        log.info("worker ready: %d jobs, %d chores", len(current.get().jobs), len(current.get().chores))
        if not beats:
            engine.work(draining)
            return
        with heartbeat(database, current, ring=lambda: engine.ring(0)):
            engine.work(draining)
    log.info("worker ended")


def run_scheduler(database: Database) -> None:
    """Reconcile every few seconds until a signal."""
    draining = threading.Event()
    current = Current(database)
    _on_signals(draining, lambda: None)
    with alive(database, "scheduler"), heartbeat(database, current):
        log.info("scheduler ready: %d jobs", len(current.get().jobs))
        draining.wait()
    log.info("scheduler ended")


def _on_signals(draining: threading.Event, abort: Callable[[], None]) -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        if draining.is_set():
            log.warning("aborted; what had begun is taken up again by the next worker")
            abort()
            os._exit(ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.UNFINISHED)
        draining.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
