"""The heart of a process: a thread that shows it is alive and keeps its runs and chores while it works, draining included."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from growth import clock
from growth.db import Database
from growth.errors import GrowthError
from growth.jobs import processes, store
from growth.jobs.chores import renew_chores
from growth.jobs.identity import Identity, this_process

log = logging.getLogger("growth.jobs")

#: a third of the lease, so that two beats may fail
BEAT = timedelta(seconds=10)


class Heart:
    """Beats until `stop`. At the last beat `held` were the runs still ours (one missing was taken over), `unwanted` those to be stopped."""

    def __init__(self, database: Database, who: Identity, *, now: Callable[[], datetime] = clock.now) -> None:
        self.who = who
        self.held: frozenset[int] = frozenset()
        self.unwanted: frozenset[tuple[int, int]] = frozenset()
        self.beats = 0
        self.stopping = False
        self.doing: Callable[[], str] = lambda: ""
        self._database = database
        self._now = now
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="heart", daemon=True)

    def start(self) -> None:
        """Enter the process into the table and begin to beat."""
        with self._database.write() as session:
            processes.enter(session, who=self.who, now=self._now())
        self._thread.start()

    def stop(self) -> None:
        """Stop beating and leave the table."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=BEAT.total_seconds())
        try:
            with self._database.write() as session:
                processes.leave(session, who=self.who, now=self._now())
        except GrowthError as fault:
            log.warning("leaving without a word: %s", fault)

    def beat(self) -> None:
        """One sign of life now."""
        now = self._now()
        with self._database.write() as session:
            if not processes.beat(session, who=self.who, now=now, doing=self.doing(), stopping=self.stopping):
                processes.enter(session, who=self.who, now=now)
            held = store.renew(session, owner=self.who.id, now=now)
            renew_chores(session, owner=self.who.id, now=now)
            self.unwanted = store.asked_to_stop(session, owner=self.who.id)
        self.held = frozenset(held)
        self.beats += 1

    def _work(self) -> None:
        while not self._stop.wait(BEAT.total_seconds()):
            try:
                self.beat()
            except GrowthError as fault:
                log.warning("no heartbeat: %s", fault)
            except Exception:  # the heart goes on whatever happens to one beat
                log.exception("no heartbeat")


@contextmanager
def alive(database: Database, kind: str) -> Iterator[Heart]:
    """Within the block this process is shown as `kind` by ``growth status``: for the web process and whatever else runs long."""
    heart = Heart(database, this_process(kind))
    heart.start()
    try:
        yield heart
    finally:
        heart.stop()
