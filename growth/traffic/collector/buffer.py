"""The collector behind `/collect`: a bounded buffer, and one thread that judges and stores.

A request only checks and appends; all thinking is the writer's. What was acknowledged is stored by a clean stop, and at most the last
flush interval is lost by a kill. A full buffer refuses (503), so that nothing is acknowledged that might be lost.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from growth import clock
from growth.db import Database
from growth.errors import GrowthError
from growth.traffic.beacon import BadBeacon, check_beacons, read_beacon, unknown_fields
from growth.traffic.hit import Arrived, Drop, Hit
from growth.traffic.knowledge import know
from growth.traffic.pipeline import Context, run
from growth.traffic.visitors import Salts, stored_salts
from growth.traffic.visits import catch_up
from growth.traffic.writing import EventWriter, event_key
from growth.workspace import Workspace

log = logging.getLogger("growth.traffic")

#: events that wait for the writer; about 100 MB of memory
CAPACITY: Final = 50_000
#: how long an acknowledged event may wait
FLUSH_EVERY: Final = timedelta(milliseconds=500)
#: events of one transaction of the events store
BATCH: Final = 2000
#: how old the writer's view of links, channels and settings may be
_KNOWLEDGE_AGE: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Received:
    """A checked beacon with how it came."""

    document: Mapping[str, Any]
    at: datetime
    address: str
    user_agent: str
    prefetch: bool
    no_track: bool


@dataclass(slots=True)
class Collector:
    """Buffer and writer of one process. `start` and `stop` frame its life; `offer` is called from the event loop."""

    database: Database
    current: Callable[[], Workspace]
    capacity: int = CAPACITY
    last_stored_at: datetime | None = None
    _buffer: list[Received] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopping: bool = False
    _thread: threading.Thread | None = None
    _context: Context | None = None
    _known_at: datetime | None = None
    _known_hash: str = ""

    def offer(self, entries: Sequence[Received]) -> bool:
        """Take checked events in; False where the buffer is full. Nothing is taken in part."""
        if len(self._buffer) + len(entries) > self.capacity:
            self._counts["full"] += len(entries)
            return False
        self._buffer.extend(entries)
        if len(self._buffer) >= BATCH:
            self._wake.set()
        return True

    def note(self, what: str, count: int = 1) -> None:
        """Count something that was no event."""
        self._counts[what] += count

    @property
    def waiting(self) -> int:
        """Events that are not stored yet."""
        return len(self._buffer)

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
        writer = EventWriter(self.database)
        salts = stored_salts(self.database)
        pause = FLUSH_EVERY.total_seconds()
        while True:
            self._wake.wait(pause)
            self._wake.clear()
            stopping = self._stopping
            try:
                self._flush(writer, salts)
                pause = FLUSH_EVERY.total_seconds()
            except GrowthError as fault:
                # the database is busy or gone for a while: what was acknowledged stays in the buffer, which refuses more when it is full
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

    def _flush(self, writer: EventWriter, salts: Salts) -> None:
        while self._buffer:
            batch = self._buffer[:BATCH]
            context = self._refreshed(salts)
            try:
                self._store(writer, batch, context)
            except GrowthError:
                raise
            except Exception:
                log.exception("a batch of events could not be stored; one by one instead")
                self._store_singly(writer, batch, context)
            del self._buffer[: len(batch)]
        if self._counts:
            self._store_counts(writer)
        catch_up(self.database, most_batches=20, rollups=False)

    def _store(self, writer: EventWriter, batch: Sequence[Received], context: Context) -> None:
        writer.write([judged(received, context) for received in batch])
        unknown = sum(unknown_fields(received.document) for received in batch)
        if unknown:
            self._counts["unknown_field"] += unknown
        self.last_stored_at = batch[-1].at

    def _store_singly(self, writer: EventWriter, batch: Sequence[Received], context: Context) -> None:
        """An event that breaks the writer is left out and counted, so that it cannot hold up all others."""
        for received in batch:
            try:
                self._store(writer, [received], context)
            except GrowthError:
                raise
            except Exception:
                log.exception("an event could not be stored")
                self._counts["broken"] += 1

    def _store_counts(self, writer: EventWriter) -> None:
        taken, self._counts = self._counts, Counter()
        today = clock.site_day(clock.now(), self.database.workspace.zone)
        counts: dict[tuple[date, str], int] = {(today, what): count for what, count in taken.items()}
        writer.write([], counts)

    def _refreshed(self, salts: Salts) -> Context:
        """The context, its knowledge looked at anew every ten seconds and when the workspace has changed."""
        workspace, now = self.current(), clock.now()
        changed = workspace.hash != self._known_hash
        if self._context is None:
            self._context = Context(knowledge=know(self.database, workspace, now=now), salts=salts, zone=workspace.zone)
        elif changed or self._known_at is None or now - self._known_at > _KNOWLEDGE_AGE:
            self._context.knowledge = know(self.database, workspace, now=now, sync=changed)
        else:
            return self._context
        self._known_at, self._known_hash = now, workspace.hash
        return self._context


def read_request(body: bytes) -> list[Mapping[str, Any]]:
    """The events of a request's body, checked. Raises BadBeacon; then nothing is stored."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadBeacon("the body is not JSON", fix='send {"type": "page", "url": "https://…"}') from fault
    return check_beacons(document)


def judged(received: Received, context: Context) -> tuple[int, Hit | tuple[Hit, Drop]]:
    """What the pipeline makes of a received beacon, with its key."""
    beacon = read_beacon(received.document)
    micros = clock.to_micros(received.at)
    arrived = Arrived(
        at_micros=micros - beacon.age_ms * 1000,
        received_micros=micros,
        address=received.address,
        user_agent=received.user_agent,
        prefetch=received.prefetch,
        no_track=received.no_track,
    )
    hit = Hit(beacon=beacon, arrived=arrived)
    found = run(hit, context)
    if beacon.id:
        key = event_key(f"id:{beacon.id}")
    else:
        # a retry of the same beacon comes within the minute; the same page seen again later is another event
        body = msgspec.json.encode(received.document, order="sorted").decode()
        key = event_key(f"{body}\0{received.address}\0{received.user_agent}\0{micros // 60_000_000}")
    return key, (hit, found) if isinstance(found, Drop) else found
