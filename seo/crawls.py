"""Crawls as values: what was walked when, how it stands, and the one that commands mean by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.errors import GrowthError
from growth.language import _
from seo.models import CrawlRow


class CrawlState(StrEnum):
    """How a crawl stands."""

    #: a process is at it (or was killed at it: then its heartbeat is old)
    RUNNING = "running"
    #: walked to its end and judged
    DONE = "done"
    #: `max_pages` were read and judged; ``--resume`` reads the rest
    LIMITED = "limited"
    #: stopped by a person; ``--resume`` goes on
    INTERRUPTED = "interrupted"
    #: could not go on (robots.txt, firewall, database); ``--resume`` goes on
    UNFINISHED = "unfinished"
    #: cut off, and given up for a newer crawl
    ABANDONED = "abandoned"

    @property
    def is_judged(self) -> bool:
        """Whether its issues are in the books."""
        return self in (CrawlState.DONE, CrawlState.LIMITED)

    @property
    def can_resume(self) -> bool:
        """Whether ``--resume`` goes on with it."""
        return self in (CrawlState.RUNNING, CrawlState.INTERRUPTED, CrawlState.UNFINISHED, CrawlState.LIMITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """One walk over the site. Counts are those of the last heartbeat while it runs."""

    id: int
    start_url: str
    state: CrawlState
    started_at: datetime
    finished_at: datetime | None
    heartbeat_at: datetime
    seconds: float
    max_pages: int
    pages: int
    requests: int
    links: int
    urls: int
    queued: int
    failures: int
    errors: int
    warnings: int
    notices: int
    asked_by: str
    stopped_because: str | None
    totals: Mapping[str, Any]
    kept: bool


def crawl_of(row: CrawlRow) -> Crawl:
    """The value of a row."""
    return Crawl(
        id=row.id,
        start_url=row.start_url,
        state=CrawlState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        heartbeat_at=row.heartbeat_at,
        seconds=row.seconds,
        max_pages=row.max_pages,
        pages=row.pages,
        requests=row.requests,
        links=row.links,
        urls=row.urls,
        queued=row.queued,
        failures=row.failures,
        errors=row.errors,
        warnings=row.warnings,
        notices=row.notices,
        asked_by=row.asked_by,
        stopped_because=row.stopped_because,
        totals=row.totals,
        kept=row.kept,
    )


def crawls(session: Session, *, limit: int = 200) -> list[Crawl]:
    """The crawls, newest first."""
    return [crawl_of(row) for row in session.scalars(select(CrawlRow).order_by(CrawlRow.id.desc()).limit(limit))]


def find_crawl(session: Session, id: int | None = None, *, judged: bool = True) -> Crawl:
    """The crawl `id`; without one the newest that is judged (or the newest at all). Raises GrowthError where there is none."""
    query = select(CrawlRow)
    if id is not None:
        query = query.where(CrawlRow.id == id)
    elif judged:
        query = query.where(CrawlRow.state.in_([state.value for state in CrawlState if state.is_judged]))
    row = session.scalars(query.order_by(CrawlRow.id.desc()).limit(1)).first()
    if row is None:
        if id is not None:
            raise GrowthError(_("there is no crawl {id}", id=id), fix="growth seo crawls")
        raise GrowthError(_("the site has not been audited yet"), fix="growth seo audit")
    return crawl_of(row)


def newest(session: Session) -> Crawl | None:
    """The newest crawl, in whatever state."""
    row = session.scalars(select(CrawlRow).order_by(CrawlRow.id.desc()).limit(1)).first()
    return crawl_of(row) if row is not None else None


def judged_before(session: Session, id: int) -> Crawl | None:
    """The newest judged crawl before `id`."""
    states = [state.value for state in CrawlState if state.is_judged]
    query = select(CrawlRow).where(CrawlRow.id < id, CrawlRow.state.in_(states)).order_by(CrawlRow.id.desc()).limit(1)
    row = session.scalars(query).first()
    return crawl_of(row) if row is not None else None
