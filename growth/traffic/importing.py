"""History in: events, and sign-ups with their steps, from JSON lines. Streams; a second import of a file changes nothing."""

from __future__ import annotations

import gc
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy.orm import Session

from growth import clock
from growth.db import Database
from growth.errors import GrowthError, Where
from growth.language import _
from growth.traffic.bodies import BadBody, instant, read_signup, read_step
from growth.traffic.judging import decoded, judged_chunks
from growth.traffic.rollups import refresh_rollups
from growth.traffic.signups import record_signup, record_step, visitor_of_view
from growth.traffic.visits import catch_up
from growth.traffic.way import Way
from growth.traffic.writing import store_events

#: events of one transaction
BATCH: Final = 2000
#: longest line that is read
_LONGEST_LINE: Final = 1 << 20
#: rejected lines whose reason is kept; the rest is counted
_KEPT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedLine:
    """A line that was left out, and why; lines count from 1."""

    line: int
    reason: str


@dataclass(slots=True, kw_only=True)
class EventImport:
    """What an import of events did: `lines` = stored + repeated + all `dropped` + rejected."""

    lines: int = 0
    stored: int = 0
    repeated: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    reasons: list[RejectedLine] = field(default_factory=list)
    unknown_fields: int = 0

    def reject(self, line: int, reason: str) -> None:
        """Leave a line out."""
        self.rejected += 1
        if len(self.reasons) < _KEPT:
            self.reasons.append(RejectedLine(line=line, reason=reason))


@dataclass(slots=True, kw_only=True)
class SignupImport:
    """What an import of sign-ups and steps did: `lines` = signups + steps + unchanged + rejected."""

    lines: int = 0
    signups: int = 0
    steps: int = 0
    waiting: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons: list[RejectedLine] = field(default_factory=list)


def import_events(
    database: Database,
    path: Path,
    *,
    now: datetime,
    tell: Callable[[EventImport], None] = lambda _state: None,
    dry_run: bool = False,
) -> EventImport:
    """Store the events of `path` (JSON lines; ``-`` is standard input) and make visits of them. Raises GrowthError for an unreadable file.

    The objects are those of `/collect` with `at` (RFC 3339, needed), `ip` and `user_agent`. With `dry_run` nothing is written.
    """
    done = EventImport()
    with rarely_collected():
        _import(database, path, done, now=now, tell=tell, dry_run=dry_run)
    if not dry_run:
        refresh_rollups(database)
    return done


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Millions of small tuples and no cycles: Python's collector of cycles took a quarter of an import's time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _import(
    database: Database, path: Path, done: EventImport, *, now: datetime, tell: Callable[[EventImport], None], dry_run: bool
) -> None:
    today = clock.site_day(now, database.workspace.zone)
    lines = _lines(path)
    chunks = iter(lambda: list(itertools.islice(lines, BATCH)), [])
    for judged in judged_chunks(database, chunks, now=now):
        done.lines += judged.lines
        done.unknown_fields += judged.unknown
        for number, reason in judged.rejected:
            done.reject(number, reason)
        if dry_run:
            done.stored += len(judged.prepared.events)
            done.dropped.update({reason: len(rows) for reason, rows in judged.prepared.dropped.items()})
        else:
            stored = store_events(database, judged.prepared, {(today, "unknown_field"): judged.unknown} if judged.unknown else {})
            done.stored += stored.stored
            done.repeated += stored.repeated
            done.dropped.update(stored.dropped)
            catch_up(database, rollups=False)
        tell(done)


def import_signups(
    database: Database,
    path: Path,
    *,
    now: datetime,
    tell: Callable[[SignupImport], None] = lambda _state: None,
    dry_run: bool = False,
) -> SignupImport:
    """Book the sign-ups and steps of `path`, the objects of the API a line each. Raises GrowthError for an unreadable file."""
    done = SignupImport()
    lines = _lines(path)
    while chunk := list(itertools.islice(lines, 200)):
        with database.read() if dry_run else database.write() as session:
            for number, line in chunk:
                done.lines += 1
                try:
                    _book(session, decoded(line), done, database=database, now=now)
                except (BadBody, ValueError) as fault:
                    done.rejected += 1
                    if len(done.reasons) < _KEPT:
                        reason = fault.message if isinstance(fault, BadBody) else str(fault)
                        done.reasons.append(RejectedLine(line=number, reason=reason))
        tell(done)
    return done


def _book(session: Session, document: Any, done: SignupImport, *, database: Database, now: datetime) -> None:
    workspace = database.workspace
    if isinstance(document, Mapping) and "step" in document:
        known, is_new = record_step(session, read_step(document), workspace=workspace, now=now, way=Way.FILE)
        done.steps += is_new
        done.waiting += is_new and not known
    else:
        body = read_signup(document)
        visitor = visitor_of_view(database, body.page, at=instant(body, now)) if body.page and not body.visitor else None
        _signup, is_new = record_signup(session, body, workspace=workspace, now=now, visitor=visitor, way=Way.FILE)
        done.signups += is_new
    done.unchanged += not is_new


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines with something in them, numbered from 1; gzip is told by its first bytes."""
    import sys

    if str(path) == "-":
        yield from _numbered(sys.stdin.buffer, path)
        return
    try:
        with path.open("rb") as raw:
            if raw.read(2) == b"\x1f\x8b":
                import gzip

                raw.seek(0)
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield from _numbered(unpacked, path)
            else:
                raw.seek(0)
                yield from _numbered(raw, path)
    except OSError as fault:
        raise GrowthError(
            _("the file cannot be read: {why}", why=fault.strerror or str(fault)), fix=_("check the path"), where=Where(str(path))
        ) from fault


def _numbered(stream: IO[bytes] | Any, path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(_LONGEST_LINE):
        number += 1
        if not line.endswith(b"\n") and len(line) == _LONGEST_LINE:
            raise GrowthError(_("the line is longer than 1 MB"), fix=_("one JSON object a line"), where=Where(str(path), number))
        stripped = line.strip().removeprefix(b"\xef\xbb\xbf")
        if stripped:
            yield number, stripped
