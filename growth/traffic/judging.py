"""Judging the lines of an import: decoded, checked, classified and made into rows, beside the process that writes them.

A short file is judged where it is read. Of a long one the writing costs as much as the judging, so that is done in a process of its own,
a few chunks ahead: on two cores an import takes half the time.
"""

from __future__ import annotations

import itertools
import signal
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import msgspec

from growth import clock
from growth.db import Database
from growth.errors import GrowthError
from growth.language import _, language, use_language
from growth.traffic.beacon import BadBeacon, check_beacon, read_beacon, unknown_fields
from growth.traffic.hit import Arrived, Drop, Hit
from growth.traffic.knowledge import know
from growth.traffic.pipeline import Context, run
from growth.traffic.visitors import forgetful_salts
from growth.traffic.writing import Prepared, Preparing, event_key

#: chunks that are judged where they are read: a second process needs a second to begin
SHORT: Final = 8
#: chunks that the judging may be ahead of the writing
_AHEAD: Final = 4

#: lines with their numbers
Chunk = list[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class JudgedChunk:
    """What became of some lines: rows to store, lines that were rejected with the reason, fields that nobody knows."""

    lines: int
    prepared: Prepared
    rejected: list[tuple[int, str]]
    unknown: int


@dataclass(slots=True)
class Judge:
    """Judges chunks in their order: how quick a visitor is depends on what came before."""

    context: Context
    received_micros: int
    preparing: Preparing = field(default_factory=Preparing)

    def __call__(self, chunk: Chunk) -> JudgedChunk:
        """Judge one chunk."""
        hits: list[tuple[int, Hit | tuple[Hit, Drop]]] = []
        rejected: list[tuple[int, str]] = []
        unknown = 0
        for number, line in chunk:
            try:
                document = check_beacon(decoded(line))
                at = _instant(document.get("at"))
            except (BadBeacon, ValueError) as fault:
                rejected.append((number, fault.message if isinstance(fault, BadBeacon) else str(fault)))
                continue
            unknown += unknown_fields(document, imported=True)
            hits.append(_judged(document, line, at, self.received_micros, self.context))
        prepared = self.preparing.prepare(hits)
        # an import whose writing fails ends, so what is handed over counts as stored
        self.preparing.remember(prepared)
        return JudgedChunk(len(chunk), prepared, rejected, unknown)


def judged_chunks(database: Database, chunks: Iterator[Chunk], *, now: datetime) -> Iterator[JudgedChunk]:
    """Every chunk judged, in order. Raises GrowthError where the second process ends before its time."""
    knowledge = know(database, database.workspace, now=now)
    first = list(itertools.islice(chunks, SHORT + 1))
    if len(first) <= SHORT:
        context = Context(knowledge=knowledge, salts=forgetful_salts(), zone=database.workspace.zone)
        yield from map(Judge(context, clock.to_micros(now)), first)
        return
    begin = (str(database.workspace.root), clock.to_micros(now), language())
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin, initargs=begin)
    try:
        waiting: deque[Future[JudgedChunk]] = deque()
        for chunk in itertools.chain(first, chunks):
            waiting.append(pool.submit(_judge, chunk))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as fault:
        raise GrowthError(
            _("the process that judges the lines ended before its time"),
            fix=_("run the import again: what is stored already is not stored twice"),
        ) from fault
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


#: of the second process
_own: list[Judge] = []


def _begin(root: str, received_micros: int, speaks: str) -> None:
    import gc

    from growth.db import open_database
    from growth.workspace import load_workspace

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the one that writes ends this one
    gc.set_threshold(200_000, 20, 50)
    use_language(speaks)
    database = open_database(load_workspace(Path(root)), check_schema=False)
    knowledge = know(database, database.workspace, now=clock.from_micros(received_micros), sync=False)
    _own.append(Judge(Context(knowledge=knowledge, salts=forgetful_salts(), zone=database.workspace.zone), received_micros))


def _judge(chunk: Chunk) -> JudgedChunk:
    return _own[0](chunk)


def decoded(line: bytes) -> Any:
    """The document of a line. Raises ValueError."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ValueError(_("not JSON: {fault}", fault=str(fault)[:100])) from fault


def _judged(document: Mapping[str, Any], line: bytes, at: int, received: int, context: Context) -> tuple[int, Hit | tuple[Hit, Drop]]:
    beacon = read_beacon(document)
    address, agent = document.get("ip"), document.get("user_agent")
    arrived = Arrived(
        at_micros=at,
        received_micros=received,
        address=address if isinstance(address, str) else "",
        user_agent=agent if isinstance(agent, str) else "",
        imported=True,
    )
    hit = Hit(beacon=beacon, arrived=arrived)
    found = run(hit, context)
    key = event_key(f"id:{beacon.id}" if beacon.id else f"line:{line.decode('utf-8', 'replace')}")
    return key, (hit, found) if isinstance(found, Drop) else found


def _instant(value: Any) -> int:
    """Microseconds of an RFC 3339 time. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(_("at is missing; write it as 2026-11-23T10:00:00+08:00"))
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(_("at “{text}” is not a time; write it as 2026-11-23T10:00:00+08:00", text=value[:40])) from None
    if found.tzinfo is None:
        raise ValueError(_("at “{text}” has no time zone; write it as 2026-11-23T10:00:00+08:00", text=value[:40]))
    return clock.to_micros(found)
