"""Reading logs into sums: each line counts once, whatever copies of the log are named, however often.

What was read of a log and what it added are written in one transaction, so that a process that dies reads on where the books stand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from growth import urls as urls_
from growth.clock import site_day
from growth.db import Database
from growth.traffic.serverlog import Log, Part, open_log
from growth.workspace import MissingSecret, Workspace
from seo.indexing import store
from seo.indexing.line import Reading, Request, read_line
from seo.indexing.store import DayKey, KnownLog, LineCounts, UrlVisits
from seo.indexing.verify import Verification, Verifier
from seo.settings import SeoSettings

#: a transaction is written when so many sums wait, or after so many parts
_MOST_WAITING: Final = 4000
_MOST_PARTS: Final = 64
#: longer URLs are counted, not kept
LONGEST_URL: Final = 2000
LONGEST_SECTION: Final = 100
#: what an endless site may fill: sections, and URLs that are kept
MOST_SECTIONS: Final = 2000
MOST_URLS: Final = 2_000_000
#: a target that is in normal form already, as nearly all are: half of the time of reading goes into what is not
_NORMAL: Final = re.compile(r"/(?:[\w~-][\w.~-]*+/)*+(?:[\w~-][\w.~-]*+)?(?:\?[\w.~&=-]++)?", re.ASCII)
#: the section of what is past these limits
OTHER_SECTION: Final = "/*/"


@dataclass(slots=True, kw_only=True)
class LogRead:
    """What one file brought; all zero where it was known already."""

    path: Path
    counts: LineCounts = field(default_factory=LineCounts)
    #: visits of crawlers, the forged too
    visits: int = 0
    #: a packed file that ends within a block
    cut_off: bool = False
    #: another process reads the same log
    busy: bool = False
    #: no log that began like it was in the books
    new: bool = False
    #: an unreadable piece of a line at the end, before and now
    loose_before: bool = False
    loose_end: bool = False


@dataclass(slots=True, kw_only=True)
class LogsRead:
    """What a run brought. `days` are its sums, for a dry run that writes none."""

    files: list[LogRead] = field(default_factory=list)
    days: Counter[DayKey] = field(default_factory=Counter)
    #: URLs past `MOST_URLS` are not kept
    urls_full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site as logs name it."""

    origin: str
    hosts: frozenset[str]
    zone: ZoneInfo
    strip_params: frozenset[str]

    @classmethod
    def of(cls, workspace: Workspace) -> Site:
        """The site of growth.yaml; ``www.`` in front or not is the same site."""
        site = workspace.settings.site
        home = urls_.normal(site.url)
        names = {urls_.host_of(home), *(host.lower().partition(":")[0] for host in site.own_hosts)}
        names |= {name.removeprefix("www.") for name in names} | {f"www.{name}" for name in names if not name.startswith("www.")}
        strip = workspace.section("seo", SeoSettings).crawl.strip_params
        return cls(origin=urls_.origin(home), hosts=frozenset(names), zone=workspace.zone, strip_params=frozenset(strip))

    def url(self, target: str, host: str | None) -> str | None:
        """The URL that was asked for, in normal form; None where it is none."""
        origin = self.origin
        if host is not None and host in self.hosts and host != urls_.host_of(origin):
            origin = f"{urlsplit(origin).scheme}://{host}"
        if _NORMAL.fullmatch(target):
            url = origin + target
        else:
            try:
                url = urls_.normal(origin + target)
            except urls_.NotAUrl:
                return None
        return urls_.without_parameters(url, self.strip_params) if self.strip_params else url


def read_logs(
    database: Database,
    paths: Sequence[Path],
    *,
    now: datetime,
    names: bool = True,
    dry_run: bool = False,
    tell: Callable[[LogsRead], None] = lambda _state: None,
) -> LogsRead:
    """Read what is new in the logs at `paths`, oldest first. `names`: name servers may be asked who an address is.

    Raises LogUnreadable before anything is read where a file cannot be.
    """
    for path in paths:
        with open_log(path):
            pass
    reader = _Reader(database, now=now, names=names, dry_run=dry_run)
    for path in sorted(dict.fromkeys(paths), key=lambda one: one.stat().st_mtime):
        reader.read(path, tell)
    reader.keep_said()
    return reader.done


class _Reader:
    """One run over logs."""

    def __init__(self, database: Database, *, now: datetime, names: bool, dry_run: bool) -> None:
        self.database, self.now, self.dry_run = database, now, dry_run
        self.done = LogsRead()
        self.site = Site.of(database.workspace)
        settings = database.workspace.section("seo", SeoSettings).logs
        self.remembers = names and settings.dns and _has_keys(database)
        with database.read() as session:
            kept = store.kept_ranges(session)
            self.sections = store.sections(session)
            self.url_count = store.url_count(session)
        self.verifier = Verifier(extra=settings.networks, kept=kept, names=names and settings.dns, known=self._said)
        self.place = lru_cache(maxsize=20_000)(self._place)
        self.known_heads: dict[bytes, KnownLog] = {}

    def read(self, path: Path, tell: Callable[[LogsRead], None]) -> None:
        """Read what is new in one log."""
        with open_log(path) as log:
            with self.database.read() as session:
                known = store.known_log(session, log=log)
            if self.dry_run:
                # nothing is written, so a second copy among the files would not be known
                known = self.known_heads.get(log.fingerprint(len(log.head)), known)
            file = LogRead(path=path, new=known.id is None, loose_before=known.loose_end, loose_end=known.loose_end)
            self.done.files.append(file)
            if not log.head or (log.plain and path.stat().st_size <= known.offset and not known.loose_end):
                return
            _LogReader(self, log, known, file).read(tell)
            file.cut_off = log.cut_off

    def _said(self, engine: str, address: str) -> Verification | None:
        if not self.remembers:
            return None
        with self.database.read() as session:
            return store.said_of(session, engine=engine, address=address, now=self.now)

    def _place(self, target: str, host: str | None) -> tuple[str, str | None]:
        """Section and URL of a target."""
        url = self.site.url(target, host)
        path = url.partition("://")[2].partition("/")[2] if url is not None else target[1:]
        folder, slash, _rest = path.partition("?")[0].partition("/")
        section = f"/{folder}/" if slash and folder else "/"
        if section not in self.sections:
            if len(section) > LONGEST_SECTION or len(self.sections) >= MOST_SECTIONS:
                section = OTHER_SECTION
            self.sections.add(section)
        return section, url if url is not None and len(url) <= LONGEST_URL else None

    def keep_said(self) -> None:
        """Keep what name servers said."""
        if self.verifier.learned and self.remembers and not self.dry_run:
            with self.database.write() as session:
                store.keep_said(session, said=self.verifier.learned, now=self.now)


def _has_keys(database: Database) -> bool:
    """Whether addresses can be remembered: a workspace without keys asks name servers each time."""
    try:
        return database.vault is not None
    except MissingSecret:
        return False


class _LogReader:
    """One log on its way into the books."""

    def __init__(self, run: _Reader, log: Log, known: KnownLog, file: LogRead) -> None:
        self.run, self.log, self.known, self.file = run, log, known, file
        #: whether lines of other hosts are another site's: where the log names ours at all. None: no line has told yet
        self.several_sites: bool | None = None
        self.days: Counter[DayKey] = Counter()
        self.urls: dict[tuple[str, str], UrlVisits] = {}
        self.counts = LineCounts()

    def read(self, tell: Callable[[LogsRead], None]) -> None:
        """Every part from where the books stand."""
        end, within = self.known.offset, self.known.within_line
        for number, part in enumerate(self.log.parts(end, within_line=within), 1):
            loose = False
            if part.tail and part.lines and read_line(part.lines[0]) is Reading.UNREADABLE:
                # cut off, or still being written: counted as unreadable until the file has grown
                part, loose = Part([], end, within_line=within, tail=True), True
            self._take(part)
            end, within = part.end, part.within_line
            if part.tail or number % _MOST_PARTS == 0 or len(self.days) + len(self.urls) >= _MOST_WAITING:
                if not self._write(end, within, loose):
                    self.file.busy = True
                    return
                tell(self.run.done)

    def _take(self, part: Part) -> None:
        self.counts.lines += len(part.lines) + part.overlong
        self.counts.unreadable += part.overlong
        asked: list[Request] = []
        for line in part.lines:
            found = read_line(line)
            if found is Reading.UNREADABLE:
                self.counts.unreadable += 1
            elif isinstance(found, Request):
                asked.append(found)
        asked = list(self._ours(asked))
        verdicts = self.run.verifier.judge((one.engine, one.address) for one in asked)
        for one in asked:
            self._count(one, verdicts[one.engine, one.address])
        self.file.visits += len(asked)

    def _ours(self, asked: Iterable[Request]) -> Iterable[Request]:
        named = [one for one in asked if one.host is not None]
        if self.several_sites is None and named:
            self.several_sites = any(one.host in self.run.site.hosts for one in named)
        for one in asked:
            if self.several_sites and one.host is not None and one.host not in self.run.site.hosts:
                self.counts.other_sites += 1
            else:
                yield one

    def _count(self, one: Request, told: Verification) -> None:
        section, url = self.run.place(one.target, one.host)
        self.days[DayKey(site_day(one.at, self.run.site.zone), one.engine, section, one.status, told)] += 1
        if told is Verification.FORGED or url is None:
            return
        known = self.urls.get((one.engine, url))
        if known is None:
            self.urls[one.engine, url] = UrlVisits(1, one.at, one.at, one.status)
            return
        known.visits += 1
        known.first_at = min(known.first_at, one.at)
        if one.at >= known.last_at:
            known.last_at, known.status = one.at, one.status

    def _write(self, end: int, within: bool, loose: bool) -> bool:
        run = self.run
        if run.dry_run:
            known: KnownLog | None = KnownLog(id=0, offset=end, within_line=within, loose_end=loose)
            run.known_heads[self.log.fingerprint(len(self.log.head))] = KnownLog(id=0, offset=end, within_line=within, loose_end=loose)
        else:
            if run.url_count + len(self.urls) > MOST_URLS:
                self.urls, run.done.urls_full = {}, True
            with run.database.write() as session:
                known = store.note_progress(
                    session,
                    log=self.log,
                    known=self.known,
                    offset=end,
                    within_line=within,
                    loose_end=loose,
                    counts=self.counts,
                    now=run.now,
                )
                if known is None:
                    return False
                store.add_days(session, days=self.days)
                store.add_urls(session, urls=self.urls)
            run.url_count += len(self.urls)
        assert known is not None
        self.known = known
        self.file.loose_end = loose
        self.file.counts.lines += self.counts.lines
        self.file.counts.unreadable += self.counts.unreadable
        self.file.counts.other_sites += self.counts.other_sites
        run.done.days.update(self.days)
        self.days, self.urls, self.counts = Counter(), {}, LineCounts()
        return True
