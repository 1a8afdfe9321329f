"""The collector behind `/collect`: a bounded buffer, and one thread that sees to it that what waits is stored.

A request only checks and appends. While little comes, the thread judges and stores by itself; when much comes it hands that to a process of
its own, so that requests do not share a core with it. What was acknowledged is stored by a clean stop. A kill loses what waits: the last
flush interval, or, while more comes than is stored, up to `CAPACITY` events. A full buffer refuses (503).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

from growth.db import Database
from growth.errors import GrowthError
from growth.traffic.collector.parcel import Parcel
from growth.traffic.collector.process import StoringEnded, StoringProcess
from growth.traffic.collector.storing import Storing
from growth.workspace import Workspace

log = logging.getLogger("growth.traffic")

#: events that wait for the writer; about 50 MB of memory
CAPACITY: Final = 50_000
#: how long an acknowledged event may wait
FLUSH_EVERY: Final = timedelta(milliseconds=500)
#: requests that are stored in one transaction of the events store
BATCH: Final = 2000
#: requests found waiting at once that are reason for a process of its own: a thousand a second
BUSY: Final = 500
#: how long that process stays when less comes, seconds
_QUIET_SECONDS: Final = 600


@dataclass(slots=True)
class Collector:
    """Buffer and writer of one process. `start` and `stop` frame its life; `offer` is called from the event loop."""

    database: Database
    current: Callable[[], Workspace]
    capacity: int = CAPACITY
    busy: int = BUSY
    _buffer: list[Parcel] = field(default_factory=list)
    _offered: int = 0
    _stored: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopping: bool = False
    _thread: threading.Thread | None = None
    _beside: StoringProcess | None = None
    _busy_at: float = 0.0

    def offer(self, parcel: Parcel) -> bool:
        """Take a checked request in; False where the buffer is full. Nothing is taken in part."""
        if self.waiting + parcel.events > self.capacity:
            self._counts["full"] += parcel.events
            return False
        self._buffer.append(parcel)
        self._offered += parcel.events
        if len(self._buffer) == BATCH:
            self._wake.set()
        return True

    def note(self, what: str, count: int = 1) -> None:
        """Count something that was no event."""
        self._counts[what] += count

    @property
    def waiting(self) -> int:
        """Events that are not stored yet."""
        return self._offered - self._stored

    def start(self) -> None:
        """Start the writer."""
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Store what was acknowledged, then end the writer."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        storing = Storing(self.database, self.current)
        pause = FLUSH_EVERY.total_seconds()
        try:
            while True:
                self._wake.wait(pause)
                self._wake.clear()
                stopping = self._stopping
                try:
                    self._flush(storing)
                    pause = FLUSH_EVERY.total_seconds()
                except GrowthError as fault:
                    # the database is busy or gone for a while: what was acknowledged stays in the buffer, which refuses more when full
                    log.warning("events wait: %s", fault)
                    pause = min(pause * 2, 10)
                    if stopping and pause < 10:
                        self._wake.set()
                        continue
                except Exception:
                    log.exception("a batch of events could not be stored")
                    pause = min(pause * 2, 10)
                if stopping and (not self._buffer or pause >= 10):
                    return
        finally:
            self._let_go()

    def _flush(self, storing: Storing) -> None:
        self._begin_or_end(len(self._buffer))
        while self._buffer:
            batch = self._buffer[:BATCH]
            self._through(storing, partial(_store, batch))
            del self._buffer[: len(batch)]
            self._stored += sum(parcel.events for parcel in batch)
        taken, self._counts = self._counts, Counter()
        try:
            self._through(storing, lambda by: by.count(taken))
        except BaseException:
            self._counts.update(taken)
            raise
        self._through(storing, lambda by: by.make_visits())

    def _through(self, storing: Storing, do: Callable[[Storing | StoringProcess], None]) -> None:
        """By the process where there is one, else here; here too where it has ended meanwhile."""
        if self._beside is not None:
            try:
                do(self._beside)
                return
            except StoringEnded:
                log.warning("the process that stores events has ended; they are stored here")
                self._let_go()
        do(storing)

    def _begin_or_end(self, found: int) -> None:
        if found >= self.busy:
            self._busy_at = time.monotonic()
            if self._beside is None:
                self._beside = StoringProcess.started(self.database.workspace.root)
        elif self._beside is not None and time.monotonic() - self._busy_at > _QUIET_SECONDS:
            self._let_go()

    def _let_go(self) -> None:
        if self._beside is not None:
            self._beside.end()
            self._beside = None


def _store(batch: Sequence[Parcel], by: Storing | StoringProcess) -> None:
    by.store(batch)
