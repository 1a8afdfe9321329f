"""Coverage (收录) as it stands in the books: visits by engine and section, pages that no crawler asked for, dead ones that they ask for,
what was pushed and whether they came, what the engines' consoles show.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from growth.db import Database
from seo.indexing.engines import engines
from seo.indexing.importing import LogsRead
from seo.indexing.models import CrawlerDay, CrawlerUrl, IndexCount, LogRow
from seo.indexing.store import LineCounts, since
from seo.indexing.verify import Verification
from seo.submission.known import indexable_urls
from seo.submission.models import Push
from seo.submission.push import PushState

#: whom a push tells: IndexNow is shared among its engines
TOLD: Final = {"baidu": ("baidu",), "bing": ("bing",), "indexnow": ("bing", "yandex")}


@dataclass(slots=True, kw_only=True)
class EngineVisits:
    """Visits of one engine's crawlers. `visits` = verified + unverified; the forged are beside them; `statuses` are of the visits."""

    engine: str
    verified: int = 0
    unverified: int = 0
    forged: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def visits(self) -> int:
        """Without the forged."""
        return self.verified + self.unverified

    @property
    def failed(self) -> int:
        """Visits answered 4xx or 5xx."""
        return sum(number for status, number in self.statuses.items() if status >= 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionVisits:
    """Visits of an engine to one first folder; `failed` of them were answered 4xx or 5xx."""

    section: str
    engine: str
    visits: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnginePages:
    """How an engine's crawlers stand with the indexable pages of the newest crawl. `indexed` is what its console showed last."""

    engine: str
    indexable: int
    visited: int
    dead: int
    pushed: int
    pushed_visited: int
    indexed: int | None
    indexed_on: date | None

    @property
    def never(self) -> int:
        """Indexable pages that its crawlers have not asked for."""
        return self.indexable - self.visited


@dataclass(frozen=True, slots=True, kw_only=True)
class DayVisits:
    """One day of an engine: visits, URLs pushed to it, pages in its index where its console was looked at."""

    day: date
    engine: str
    visits: int
    pushed: int
    indexed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """All of it. Lines are those of all logs that were read."""

    engines: Sequence[EngineVisits]
    sections: Sequence[SectionVisits]
    lines: LineCounts
    pages: Sequence[EnginePages]
    days: Sequence[DayVisits]
    logs: int
    last_read: datetime | None

    def as_json(self) -> dict[str, Any]:
        """The document of ``growth seo coverage --json`` (contracts/cli.md)."""
        return {
            "engines": [
                {
                    "engine": one.engine,
                    "visits": one.visits,
                    "verified": one.verified,
                    "unverified": one.unverified,
                    "forged": one.forged,
                    "statuses": {str(status): number for status, number in sorted(one.statuses.items())},
                }
                for one in self.engines
            ],
            "sections": [{"section": one.section, "engine": one.engine, "visits": one.visits} for one in self.sections],
            "lines": self.lines.lines,
            "unreadable": self.lines.unreadable,
            "other_sites": self.lines.other_sites,
            "logs": self.logs,
            "pages": [
                {
                    "engine": one.engine,
                    "indexable": one.indexable,
                    "visited": one.visited,
                    "never": one.never,
                    "dead": one.dead,
                    "pushed": one.pushed,
                    "pushed_visited": one.pushed_visited,
                    "indexed": one.indexed,
                    "indexed_on": one.indexed_on,
                }
                for one in self.pages
            ],
            "days": [
                {"day": one.day, "engine": one.engine, "visits": one.visits, "pushed": one.pushed, "indexed": one.indexed}
                for one in self.days
            ],
        }


def coverage(database: Database, *, today: date, span: timedelta | None = None, dry: LogsRead | None = None) -> Coverage:
    """Coverage over the last `span` (all days without one). `dry` is a dry run's reading, added as if it were written."""
    with database.read() as session:
        sums = _sums(session, today, span, dry)
        days = _days(session, today, span, dry)
        lines, logs, last_read = _lines(session, dry)
        visits = _by_engine(sums)
        pages = list(_pages(session, indexable_urls(database), {one.engine for one in visits}))
    return Coverage(engines=visits, sections=list(_by_section(sums)), lines=lines, pages=pages, days=days, logs=logs, last_read=last_read)


def never_visited(database: Database, *, engine: str) -> list[str]:
    """Indexable pages of the newest crawl that the engine's crawlers have not asked for, those near the home page first."""
    with database.read() as session:
        seen = set(session.scalars(select(CrawlerUrl.url).where(CrawlerUrl.engine == engine)))
    return [url for url in indexable_urls(database) if url not in seen]


def dead_pages(session: Session, *, engine: str | None = None, limit: int = 10_000) -> Iterator[dict[str, Any]]:
    """URLs that crawlers ask for and that answered 4xx or 5xx last, those that cost most visits first."""
    query = select(CrawlerUrl).where(CrawlerUrl.status >= 400)
    if engine is not None:
        query = query.where(CrawlerUrl.engine == engine)
    for row in session.scalars(query.order_by(CrawlerUrl.visits.desc(), CrawlerUrl.url, CrawlerUrl.engine).limit(limit)):
        yield {"engine": row.engine, "url": row.url, "status": row.status, "visits": row.visits, "last_at": row.last_at}


_Sum = tuple[str, str, int, Verification, int]


def _sums(session: Session, today: date, span: timedelta | None, dry: LogsRead | None) -> list[_Sum]:
    """(engine, section, status, verification, visits)."""
    keys = (CrawlerDay.engine, CrawlerDay.section, CrawlerDay.status, CrawlerDay.verification)
    query = select(*keys, func.sum(CrawlerDay.visits)).where(since(span, today)).group_by(*keys)
    found = [
        (engine, section, status, Verification(told), int(visits))
        for engine, section, status, told, visits in session.execute(query).tuples()
    ]
    found += [(key.engine, key.section, key.status, key.verification, visits) for key, visits in (dry.days.items() if dry else ())]
    return found


def _by_engine(sums: Iterable[_Sum]) -> list[EngineVisits]:
    found: dict[str, EngineVisits] = {}
    for engine, _section, status, told, visits in sums:
        one = found.setdefault(engine, EngineVisits(engine=engine))
        setattr(one, told.value, getattr(one, told.value) + visits)
        if told is not Verification.FORGED:
            one.statuses[status] += visits
    return sorted(found.values(), key=lambda one: (-one.visits, list(engines()).index(one.engine)))


def _by_section(sums: Iterable[_Sum]) -> Iterator[SectionVisits]:
    visits: Counter[tuple[str, str]] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    for engine, section, status, told, number in sums:
        if told is not Verification.FORGED:
            visits[section, engine] += number
            failed[section, engine] += number if status >= 400 else 0
    for (section, engine), number in sorted(visits.items(), key=lambda one: (-one[1], one[0])):
        yield SectionVisits(section=section, engine=engine, visits=number, failed=failed[section, engine])


def _lines(session: Session, dry: LogsRead | None) -> tuple[LineCounts, int, datetime | None]:
    loose = func.sum(case((LogRow.loose_end, 1), else_=0))
    query = select(func.sum(LogRow.lines), func.sum(LogRow.unreadable), func.sum(LogRow.other_sites), loose, func.count())
    lines, unreadable, others, loose_ends, logs = (int(value or 0) for value in session.execute(query).one())
    counts = LineCounts(lines=lines + loose_ends, unreadable=unreadable + loose_ends, other_sites=others)
    for file in dry.files if dry else ():
        ends = int(file.loose_end) - int(file.loose_before)
        counts.lines += file.counts.lines + ends
        counts.unreadable += file.counts.unreadable + ends
        counts.other_sites += file.counts.other_sites
        logs += file.new
    return counts, logs, session.scalar(select(func.max(LogRow.read_at)))


def _days(session: Session, today: date, span: timedelta | None, dry: LogsRead | None) -> list[DayVisits]:
    visits: Counter[tuple[date, str]] = Counter()
    keys = (CrawlerDay.day, CrawlerDay.engine)
    query = select(*keys, func.sum(CrawlerDay.visits)).where(CrawlerDay.verification != Verification.FORGED.value, since(span, today))
    for day, engine, number in session.execute(query.group_by(*keys)).tuples():
        visits[day, engine] += int(number)
    for key, number in dry.days.items() if dry else ():
        if key.verification is not Verification.FORGED:
            visits[key.day, key.engine] += number
    pushed: Counter[tuple[date, str]] = Counter()
    pushes = select(Push.engine, Push.day, func.count()).where(Push.state == PushState.ACCEPTED.value).group_by(Push.engine, Push.day)
    for name, day, number in session.execute(pushes).tuples():
        for engine in TOLD.get(name, ()):
            pushed[day, engine] += number
    indexed = {(row.day, row.engine): row.pages for row in session.scalars(select(IndexCount))}
    first = today - span if span is not None else date.min
    wanted = {key for key in (*visits, *pushed, *indexed) if key[0] > first}
    return [
        DayVisits(day=day, engine=engine, visits=visits[day, engine], pushed=pushed[day, engine], indexed=indexed.get((day, engine)))
        for day, engine in sorted(wanted)
    ]


def _pages(session: Session, indexable: Sequence[str], seen: set[str]) -> Iterator[EnginePages]:
    wanted = set(indexable)
    visited: Counter[str] = Counter()
    if wanted:
        for engine, url in session.execute(select(CrawlerUrl.engine, CrawlerUrl.url)).tuples():
            visited[engine] += url in wanted
    dead_query = select(CrawlerUrl.engine, func.count()).where(CrawlerUrl.status >= 400).group_by(CrawlerUrl.engine)
    dead = dict(session.execute(dead_query).tuples().all())
    pushed, came = _pushed(session)
    indexed: dict[str, tuple[int, date]] = {}
    for row in session.scalars(select(IndexCount).order_by(IndexCount.day)):
        indexed[row.engine] = (row.pages, row.day)
    for engine in engines():
        if engine in seen or engine in pushed or engine in indexed:
            count, day = indexed.get(engine, (None, None))
            yield EnginePages(
                engine=engine,
                indexable=len(wanted),
                visited=visited[engine],
                dead=dead.get(engine, 0),
                pushed=pushed[engine],
                pushed_visited=came[engine],
                indexed=count,
                indexed_on=day,
            )


def _pushed(session: Session) -> tuple[Counter[str], Counter[str]]:
    """URLs that engines were told of, and those among them that they asked for since."""
    urls: dict[str, dict[str, datetime]] = defaultdict(dict)
    query = select(Push.engine, Push.url, Push.at).where(Push.state == PushState.ACCEPTED.value)
    for name, url, at in session.execute(query).tuples():
        for engine in TOLD.get(name, ()):
            earlier = urls[engine].get(url)
            urls[engine][url] = at if earlier is None else min(at, earlier)
    pushed, came = Counter({engine: len(told) for engine, told in urls.items()}), Counter[str]()
    for engine, told in urls.items():
        visits = select(CrawlerUrl.url, CrawlerUrl.last_at).where(CrawlerUrl.engine == engine)
        came[engine] = sum(1 for url, last in session.execute(visits).tuples() if url in told and last >= told[url])
    return pushed, came
