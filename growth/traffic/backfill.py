"""Visits from the server's own log, for pages that the script is not on.

A line becomes the page view that it was, and goes through the steps that every event goes through. Left out are files that belong to a
page, what is no answered GET, bots by name, and what the script has reported already: a view of the same page by the same kind of browser
within a minute, one for one. A line counts once, whatever copies of the log are named. What is left out is counted by reason and not kept:
logs are full of it.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import select

from growth import clock
from growth.db import Database
from growth.language import _
from growth.traffic.beacon import EventKind, read_beacon
from growth.traffic.bots import BotReason
from growth.traffic.hit import Arrived, Drop, Hit
from growth.traffic.ids import text_id
from growth.traffic.importing import BATCH, EventImport, rarely_collected
from growth.traffic.knowledge import know
from growth.traffic.models import Event
from growth.traffic.pipeline import Context, run
from growth.traffic.rollups import refresh_rollups
from growth.traffic.serverlog import LogLine, Reading, open_log, read_line
from growth.traffic.visitors import stored_salts
from growth.traffic.visits import catch_up
from growth.traffic.writing import EventWriter, event_key

#: between the answer that the log tells of and the beacon of the page
_APART: Final = timedelta(minutes=1)
_HOUR_MICROS: Final = 3_600_000_000
#: views of the script that a line has been matched with, and are remembered
_REMEMBERED: Final = 50_000
#: endings of what is no page
_FILES: Final = frozenset(
    (
        *(
            "css",
            "eot",
            "ico",
            "js",
            "json",
            "less",
            "map",
            "mjs",
            "otf",
            "rss",
            "scss",
            "ttf",
            "txt",
            "wasm",
            "webmanifest",
            "woff",
            "woff2",
        ),
        *(
            "atom",
            "avi",
            "avif",
            "bmp",
            "flv",
            "gif",
            "jpeg",
            "jpg",
            "m3u8",
            "mov",
            "mp3",
            "mp4",
            "mpeg",
            "ogg",
            "png",
            "svg",
            "tif",
            "tiff",
        ),
        *("ts", "wav", "webm", "webp", "wmv", "xml"),
        *("7z", "bz2", "csv", "doc", "docx", "exe", "gz", "pdf", "ppt", "pptx", "rar", "swf", "tar", "tgz", "xls", "xlsx", "zip"),
    )
)
#: paths of this program where it is served from the site's own host
_OURS: Final = ("/collect", "/t.js", "/l/", "/q/", "/o/", "/api/v1/", "/webhooks/", "/wechat/callback", "/unsubscribe/", "/preferences/")


class LogDrop(StrEnum):
    """Why a line of a log is no page view of its own, beside the reasons of every event (`Drop`)."""

    #: no GET
    METHOD = "method"
    #: redirected, refused or failed: no page was seen
    STATUS = "status"
    #: a file that belongs to a page, or an address of this program
    FILE = "file"
    #: a path that was to be left out
    EXCLUDED = "excluded"
    #: of another site of the same server
    OTHER_SITE = "other_site"
    #: the script has reported that view
    SEEN = "seen"


class _View(NamedTuple):
    key: int
    line: LogLine
    host: str


def import_log(
    database: Database,
    paths: Sequence[Path],
    *,
    now: datetime,
    exclude: Sequence[str] = (),
    tell: Callable[[EventImport], None] = lambda _state: None,
    dry_run: bool = False,
) -> EventImport:
    """Make visits of the access logs at `paths` (combined or JSON; plain, gzip or bzip2), oldest first; `exclude` are patterns of paths.

    Days whose salt is forgotten get one for this run alone, so a day's lines are best imported together.
    Raises LogUnreadable before anything is read where a file cannot be.
    """
    for path in paths:
        with open_log(path):
            pass
    reader = _Reader(database, now=now, exclude=tuple(exclude), dry_run=dry_run)
    with rarely_collected():
        for path in sorted(dict.fromkeys(paths), key=lambda one: one.stat().st_mtime):
            reader.read(path, tell)
    if not dry_run:
        refresh_rollups(database)
    return reader.done


class _Reader:
    """One run over logs."""

    def __init__(self, database: Database, *, now: datetime, exclude: tuple[str, ...], dry_run: bool) -> None:
        workspace = database.workspace
        site = workspace.settings.site
        self.database, self.exclude, self.dry_run = database, exclude, dry_run
        self.received = clock.to_micros(now)
        self.done = EventImport()
        self.context = Context(knowledge=know(database, workspace, now=now), salts=stored_salts(database), zone=workspace.zone)
        self.writer = EventWriter(database)
        self.home = urlsplit(site.url)
        names = {host.lower().partition(":")[0] for host in site.hosts}
        names |= {name.removeprefix("www.") for name in names} | {f"www.{name}" for name in names if not name.startswith("www.")}
        self.hosts = frozenset(names)
        ours = urlsplit(workspace.settings.public_url).hostname in self.hosts
        self.own_paths = _OURS if ours else ()
        #: views of the script that were matched with a line
        self.matched: OrderedDict[int, None] = OrderedDict()
        #: lines of a dry run, which writes none
        self.dry_keys: set[int] = set()

    def read(self, path: Path, tell: Callable[[EventImport], None]) -> None:
        """One log."""
        several: bool | None = None
        with open_log(path) as log:
            for part in log.parts(0, within_line=False):
                self.done.lines += len(part.lines) + part.overlong
                for _each in range(part.overlong):
                    self.done.reject(self.done.lines, _("longer than a line of a log is"))
                first = self.done.lines - len(part.lines) + 1
                numbered = enumerate(part.lines, first)
                while chunk := list(itertools.islice(numbered, BATCH)):
                    views: list[_View] = []
                    for number, line in chunk:
                        found = read_line(line)
                        if isinstance(found, Reading):
                            self.done.reject(number, _("not a line of an access log, or cut off"))
                            continue
                        if several is None and found.host is not None:
                            several = found.host in self.hosts
                        reason = self._no_page(found, several is True)
                        if reason is not None:
                            self.done.dropped[reason] += 1
                            continue
                        host = found.host if found.host in self.hosts else self.home.hostname
                        views.append(_View(event_key(f"log:{line.decode('utf-8', 'surrogateescape')}"), found, host or ""))
                    self._take(views)
                    tell(self.done)

    def _no_page(self, line: LogLine, several: bool) -> str | None:
        """Why the line is no page view; None where it may be one."""
        if several and line.host is not None and line.host not in self.hosts:
            return LogDrop.OTHER_SITE.value
        if line.method.upper() != "GET":
            return LogDrop.METHOD.value
        path = line.target.partition("?")[0]
        if _is_file(path) or path.startswith(self.own_paths):
            return LogDrop.FILE.value
        if not (200 <= line.status < 300 or line.status in (304, 404, 410)) or line.status in (204, 206):
            return LogDrop.STATUS.value
        if any(fnmatchcase(path, pattern) for pattern in self.exclude):
            return LogDrop.EXCLUDED.value
        if not line.agent:
            return BotReason.UA_EMPTY.value
        return None

    def _take(self, views: Sequence[_View]) -> None:
        """Judge and store some page views."""
        fresh = self._fresh(views)
        hits: list[tuple[int, Hit]] = []
        for view in fresh:
            found = run(self._hit(view), self.context)
            if isinstance(found, Drop):
                self.done.dropped[found.value] += 1
            else:
                hits.append((view.key, found))
        kept = self._unseen(hits)
        self.done.dropped[LogDrop.SEEN.value] += len(hits) - len(kept)
        if not self.done.dropped[LogDrop.SEEN.value]:
            del self.done.dropped[LogDrop.SEEN.value]
        if self.dry_run:
            self.done.stored += len(kept)
            return
        stored = self.writer.write(kept)
        self.done.stored += stored.stored
        self.done.repeated += stored.repeated
        catch_up(self.database, rollups=False)

    def _fresh(self, views: Iterable[_View]) -> list[_View]:
        """Those whose line is not stored yet, each line once."""
        found: dict[int, _View] = {}
        for view in views:
            if view.key in found or view.key in self.dry_keys:
                self.done.repeated += 1
            else:
                found[view.key] = view
        keys, known = list(found), set[int]()
        with self.database.store("events").read() as raw:
            for start in range(0, len(keys), 500):
                known |= set(raw.scalars(select(Event.key).where(Event.key.in_(keys[start : start + 500]))))
        self.done.repeated += len(known)
        if self.dry_run:
            self.dry_keys |= set(keys)
        return [view for key, view in found.items() if key not in known]

    def _hit(self, view: _View) -> Hit:
        line = view.line
        kind = "missing" if line.status in (404, 410) else "page"
        url = f"{self.home.scheme}://{view.host}{line.target}"
        beacon = read_beacon({"type": kind, "url": url, "referrer": line.referrer, "target": url if kind == "missing" else ""})
        arrived = Arrived(
            at_micros=clock.to_micros(line.at),
            received_micros=self.received,
            address=str(line.address) if line.address else "",
            user_agent=line.agent,
            imported=True,
        )
        return Hit(beacon=beacon, arrived=arrived)

    def _unseen(self, hits: Sequence[tuple[int, Hit]]) -> list[tuple[int, Hit]]:
        """Those that the script has not reported: it names its page views, lines have none."""
        apart = int(_APART / timedelta(microseconds=1))
        hours = {(hit.arrived.at_micros + shift) // _HOUR_MICROS for _key, hit in hits for shift in (-apart, apart)}
        reported: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        with self.database.store("events").read() as raw:
            for first, last in _runs(sorted(hours)):
                rows = raw.execute(
                    select(Event.page, Event.agent, Event.at_micros, Event.id)
                    .where(Event.at_micros >= first * _HOUR_MICROS, Event.at_micros < (last + 1) * _HOUR_MICROS)
                    .where(Event.view != 0, Event.kind.in_((int(EventKind.PAGE), int(EventKind.MISSING))))
                )
                for page, agent, at, id in rows:
                    if id not in self.matched:
                        reported[page, agent].append((at, id))
        for each in reported.values():
            each.sort()
        kept = []
        for key, hit in hits:
            near = reported.get((text_id(hit.path), text_id(hit.arrived.user_agent[:512])))
            if near and self._match(near, hit.arrived.at_micros, apart):
                continue
            kept.append((key, hit))
        return kept

    def _match(self, near: list[tuple[int, int]], at: int, apart: int) -> bool:
        """Take the nearest view of the script out of `near`; False where none is near enough."""
        place = bisect_left(near, (at, 0))
        around = [position for position in (place - 1, place) if 0 <= position < len(near)]
        best = min(around, key=lambda position: abs(near[position][0] - at), default=None)
        if best is None or abs(near[best][0] - at) > apart:
            return False
        self.matched[near.pop(best)[1]] = None
        while len(self.matched) > _REMEMBERED:
            self.matched.popitem(last=False)
        return True


def _is_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    return "." in name and name.rpartition(".")[2].lower() in _FILES


def _runs(hours: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Hours that follow each other, as (first, last)."""
    for _group, members in itertools.groupby(enumerate(hours), key=lambda pair: pair[1] - pair[0]):
        found = [hour for _position, hour in members]
        yield found[0], found[-1]
