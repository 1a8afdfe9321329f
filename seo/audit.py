"""The audit: walk the site, judge what was found, bring the issues in line. Each step can be repeated after a crash without harm."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select

from growth import __version__, clock, urls
from growth.db import Database
from growth.errors import ExitCode, GrowthError, Unfinished
from growth.language import _
from seo.crawl.fetcher import Fetcher, Fetches
from seo.crawl.firewall import way_out
from seo.crawl.foreign import Foreign
from seo.crawl.frontier import Frontier
from seo.crawl.lock import LockLost, only_crawl
from seo.crawl.origins import Origins, Outcome
from seo.crawl.pace import Pace
from seo.crawl.plan import Plan, reading_of
from seo.crawl.record import Recorder
from seo.crawl.rendering import browser_path
from seo.crawl.resumed import counts_of, rendered_in, requests_of
from seo.crawl.walk import Counts, End, Tick, Walk
from seo.crawl.wire import Job
from seo.crawls import Crawl, CrawlState, crawl_of, find_crawl, newest
from seo.external import had_their_turn
from seo.facts import own_headers, seo_settings, site_facts, user_agent
from seo.finish import finish
from seo.landing import landing_urls
from seo.models import CrawlRow, LinkRow, OriginRow, PageRow, SitemapRow, TextRow, UrlRow
from seo.ranking.our_pages import count_words
from seo.rules import Rules, rules_of
from seo.settings import SeoSettings
from seo.severity import Severity
from seo.spent import Spent

#: pages of the crawl before that are looked at again although no link leads to them any more
MOST_EARLIER = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """What `growth seo audit` prints."""

    crawl: Crawl
    issues: dict[str, int]
    by_check: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """The shape of contracts/cli.md."""
        crawl = self.crawl
        return {
            "crawl": {
                "id": str(crawl.id),
                "status": crawl.state.value,
                "pages": crawl.pages,
                "requests": crawl.requests,
                "links": crawl.links,
                "seconds": round(crawl.seconds, 2),
            },
            "issues": self.issues,
            "by_check": self.by_check,
        }

    def exceeds(self, threshold: str) -> bool:
        """Whether there are issues of the severity `threshold` or worse (``none``: never)."""
        if threshold == "none":
            return False
        limit = Severity(threshold).rank
        return any(number and Severity(name).rank <= limit for name, number in self.issues.items())


class AuditStopped(GrowthError):
    """The audit was asked to stop; everything that came is kept."""

    exit_code = ExitCode.INTERRUPTED


def run_audit(
    database: Database,
    *,
    now: datetime,
    start_url: str | None = None,
    max_pages: int | None = None,
    resume: bool = False,
    asked_by: str = "command",
    stopped: Callable[[], bool] = lambda: False,
    tick: Tick | None = None,
    fetching: Callable[[Job], Fetches] = Fetcher,
) -> AuditResult:
    """Audit the site (or go on with the audit that was cut off).

    Raises Unfinished where the site cannot be crawled (robots.txt answers 5xx, a firewall refuses) or the database took the lock away
    (LockLost), AuditStopped where `stopped` said so.
    """
    workspace = database.workspace
    settings = seo_settings(workspace)
    with only_crawl(database) as still_ours:
        crawl = _resumed(database, max_pages) if resume else _begun(database, settings, start_url, max_pages, asked_by, now)
        rules = rules_of(settings.checks)
        plan = _plan(database, crawl, settings, rules)
        begun = time.monotonic()
        spent = Spent()
        try:
            end, outcome = _walk(
                database,
                plan,
                rules,
                stopped=stopped,
                tick=tick or _silent,
                before_s=crawl.seconds,
                spent=spent,
                fetching=fetching,
                still_ours=still_ours,
            )
        except LockLost as fault:
            _unlocked(database, crawl.id, crawl.seconds + time.monotonic() - begun, fault)
            raise
        except Unfinished as fault:
            _close(database, crawl.id, CrawlState.UNFINISHED, crawl.seconds + time.monotonic() - begun, because=str(fault))
            raise
        except BaseException:
            _close(database, crawl.id, CrawlState.INTERRUPTED, crawl.seconds + time.monotonic() - begun)
            raise
        seconds = crawl.seconds + time.monotonic() - begun
        if end is End.INTERRUPTED:
            _close(database, crawl.id, CrawlState.INTERRUPTED, seconds)
            raise AuditStopped(_("stopped; what was crawled is kept"), fix="growth seo audit --resume")
        if end is End.REFUSED:
            because = _("a firewall ({name}) answers instead of the site", name=outcome.firewall)
            _close(database, crawl.id, CrawlState.UNFINISHED, seconds, because=because)
            raise Unfinished(because, fix=way_out(plan.start, plan.user_agent))
        try:
            counts = finish(database, plan, rules, outcome=outcome, complete=end is End.DONE, spent=spent, now=now, still_ours=still_ours)
        except LockLost as fault:
            _unlocked(database, crawl.id, crawl.seconds + time.monotonic() - begun, fault)
            raise
        seconds = crawl.seconds + time.monotonic() - begun
        state = CrawlState.DONE if end is End.DONE else CrawlState.LIMITED
        _close(
            database,
            crawl.id,
            state,
            seconds,
            finished_at=clock.now(),
            issues=counts["issues"],
            totals={**counts["totals"], **_walked(outcome)},
        )
        prune(database, keep=settings.crawl.keep)
        count_words(database, now=now)
    with database.read() as session:
        return AuditResult(crawl=find_crawl(session, crawl.id), issues=counts["issues"], by_check=counts["by_check"])


def prune(database: Database, *, keep: int) -> list[int]:
    """Take away pages and links of all crawls but the newest `keep`; their figures stay. Returns the crawls that lost theirs."""
    from seo.models import FindingRow, InlinkRow, ProposalRow, SitemapEntryRow

    with database.read() as session:
        query = select(CrawlRow.id).where(CrawlRow.kept.is_(True)).order_by(CrawlRow.id.desc()).offset(keep)
        gone = list(session.scalars(query))
    for id in gone:
        with database.store("crawl").write() as session:
            for model in (ProposalRow, InlinkRow, LinkRow, TextRow, FindingRow, SitemapEntryRow, SitemapRow, OriginRow, PageRow, UrlRow):
                session.execute(delete(model).where(model.crawl_id == id))
        with database.write() as session:
            session.get_one(CrawlRow, id).kept = False
    return gone


def _walk(
    database: Database,
    plan: Plan,
    rules: Rules,
    *,
    stopped: Callable[[], bool],
    tick: Tick,
    before_s: float,
    spent: Spent,
    fetching: Callable[[Job], Fetches],
    still_ours: Callable[[], None],
) -> tuple[End, Outcome]:
    frontier = Frontier(plan.scope, plan.crawl_id)
    known: dict[str, tuple[int, str | None, str]] = {}
    with database.store("crawl").read() as session:
        columns = (
            UrlRow.id,
            UrlRow.url,
            UrlRow.kind,
            UrlRow.state,
            UrlRow.reason,
            UrlRow.depth,
            UrlRow.hops,
            UrlRow.found_by,
            UrlRow.rank,
            UrlRow.attempts,
        )
        rows = session.execute(
            select(*columns).where(UrlRow.crawl_id == plan.crawl_id).order_by(UrlRow.id).execution_options(yield_per=5000)
        )
        frontier.restore(rows.tuples())
        for row in session.scalars(select(OriginRow).where(OriginRow.crawl_id == plan.crawl_id)):
            known[row.origin] = (row.robots_status, row.robots_fault, row.robots_text)
        read = select(UrlRow.url).join(SitemapRow, (SitemapRow.crawl_id == UrlRow.crawl_id) & (SitemapRow.id == UrlRow.id))
        sitemaps = set(session.scalars(read.where(UrlRow.crawl_id == plan.crawl_id)))
        counts = counts_of(session, plan.crawl_id)
        if plan.browser:
            counts.rendered, counts.render_faults = rendered_in(session, plan.crawl_id)
        last_text = session.scalar(select(func.max(TextRow.id)).where(TextRow.crawl_id == plan.crawl_id)) or 0
    counts.requests = max(counts.requests, requests_of(database, plan.crawl_id))
    recorder = Recorder(database, frontier, last_text=last_text, still_ours=still_ours)
    origins = Origins(plan, frontier, recorder, known, sitemaps)
    pace = Pace(plan.settings.requests_per_second)
    most = plan.settings.external_per_host
    foreign = Foreign(frontier, pace, most=most, looked_at=frontier.looked_at, postponed=plan.postponed)
    begun = time.monotonic()

    def heartbeat(counts: Counts, waiting: int) -> None:
        with database.write() as session:
            row = session.get_one(CrawlRow, plan.crawl_id)
            row.heartbeat_at = clock.now()
            row.pages, row.requests, row.links, row.failures = counts.pages, counts.requests, counts.links, counts.failures
            row.urls, row.queued = len(frontier.ids), waiting
            row.seconds = before_s + time.monotonic() - begun

    with fetching(plan.job) as fetcher:
        walk = Walk(
            plan,
            frontier=frontier,
            recorder=recorder,
            fetcher=fetcher,
            rules=rules,
            origins=origins,
            counts=counts,
            spent=spent,
            foreign=foreign,
            pace=pace,
            stopped=stopped,
            heartbeat=heartbeat,
            tick=tick,
        )
        origins.begin()
        end = walk.run()
        heartbeat(walk.counts, frontier.waiting())
        if end in (End.DONE, End.LIMITED):
            for origin in origins.secure():
                parts = urlsplit(origin)
                if found := fetcher.certificate(parts.hostname or "", parts.port or 443):
                    origins.outcome.certificates[origin] = found
    origins.outcome.firewall = walk.counts.firewall
    origins.outcome.delay = origins.delay
    origins.outcome.rendered, origins.outcome.render_faults = walk.counts.rendered, walk.counts.render_faults
    return end, origins.outcome


def _unlocked(database: Database, id: int, seconds: float, fault: LockLost) -> None:
    """The lock is gone: the crawl is marked as cut off, unless another process is at it already."""
    with suppress(GrowthError), only_crawl(database):
        _close(database, id, CrawlState.UNFINISHED, seconds, because=str(fault))


def _walked(outcome: Outcome) -> dict[str, Any]:
    """What is kept of how the walk went."""
    walked: dict[str, Any] = {}
    if outcome.delay.asked_s:
        walked["crawl_delay"] = {"asked": outcome.delay.asked_s, "kept": outcome.delay.kept_s}
    if outcome.rendered or outcome.render_faults:
        walked["rendered"] = {"pages": outcome.rendered, "faults": outcome.render_faults}
    return walked


def _begun(database: Database, settings: SeoSettings, start_url: str | None, max_pages: int | None, asked_by: str, now: datetime) -> Crawl:
    """A new crawl's row; one that was cut off is closed."""
    workspace = database.workspace
    try:
        start = urls.normal(start_url or workspace.settings.site.url)
    except urls.NotAUrl as fault:
        raise GrowthError(
            _("“{url}” is not a web address", url=start_url or ""), fix="growth seo audit https://www.example.com/"
        ) from fault
    budget = max_pages if max_pages is not None else settings.crawl.max_pages
    with database.write() as session:
        for row in session.scalars(select(CrawlRow).where(CrawlRow.state.in_(_OPEN))):
            row.state = CrawlState.ABANDONED.value
            row.finished_at = row.finished_at or row.heartbeat_at
        row = CrawlRow(
            start_url=start,
            state=CrawlState.RUNNING.value,
            started_at=now,
            heartbeat_at=now,
            max_pages=budget,
            workspace_hash=workspace.hash,
            asked_by=asked_by,
            totals={"program": __version__},
        )
        session.add(row)
        session.flush()
        return crawl_of(row)


def _resumed(database: Database, max_pages: int | None) -> Crawl:
    with database.write() as session:
        last = newest(session)
        if last is None or not last.state.can_resume:
            raise GrowthError(_("there is no audit to resume"), fix="growth seo audit")
        if not last.kept:
            raise GrowthError(_("crawl {id} cannot be resumed: its pages were taken away", id=last.id), fix="growth seo audit")
        row = session.get_one(CrawlRow, last.id)
        was_limited = row.state == CrawlState.LIMITED
        row.state = CrawlState.RUNNING.value
        row.stopped_because = None
        row.heartbeat_at = clock.now()
        if max_pages is not None:
            row.max_pages = max_pages
        elif was_limited:
            row.max_pages = max(row.max_pages, seo_settings(database.workspace).crawl.max_pages)
        session.flush()
        return crawl_of(row)


def _close(
    database: Database,
    id: int,
    state: CrawlState,
    seconds: float,
    *,
    because: str | None = None,
    finished_at: datetime | None = None,
    issues: dict[str, int] | None = None,
    totals: dict[str, Any] | None = None,
) -> None:
    with database.write() as session:
        row = session.get_one(CrawlRow, id)
        row.state, row.seconds, row.stopped_because, row.finished_at = state.value, seconds, because, finished_at
        if issues is not None:
            row.errors, row.warnings, row.notices = issues["error"], issues["warning"], issues["notice"]
        if totals is not None:
            row.totals = {**row.totals, **totals}


def _plan(database: Database, crawl: Crawl, settings: SeoSettings, rules: Rules) -> Plan:
    workspace = database.workspace
    with database.read() as session:
        facts = replace(site_facts(workspace, crawl.start_url), landing=frozenset(landing_urls(session, workspace, crawl.start_url)))
    before = _before(database, crawl)
    return Plan(
        crawl_id=crawl.id,
        start=crawl.start_url,
        settings=settings.crawl,
        site=facts,
        user_agent=user_agent(workspace),
        max_pages=crawl.max_pages,
        headers=own_headers(workspace),
        landing=[*facts.landing, *(goal for goal in facts.goals if "*" not in goal)],
        earlier=_earlier(database, before),
        retry_s=settings.crawl.retry_after.total_seconds(),
        reading=reading_of(facts, rules, settings.checks),
        browser=browser_path() if settings.crawl.javascript else "",
        postponed=_postponed(database, before, settings.crawl.external_per_host),
    )


def _before(database: Database, crawl: Crawl) -> int | None:
    """The newest judged crawl of the same start page before this one, if its rows are still there."""
    states = [state.value for state in CrawlState if state.is_judged]
    query = select(CrawlRow.id).where(
        CrawlRow.id < crawl.id, CrawlRow.state.in_(states), CrawlRow.kept.is_(True), CrawlRow.start_url == crawl.start_url
    )
    with database.read() as session:
        return session.scalar(query.order_by(CrawlRow.id.desc()).limit(1))


def _earlier(database: Database, before: int | None) -> Sequence[str]:
    """Its pages."""
    if before is None:
        return ()
    with database.store("crawl").read() as session:
        pages = select(UrlRow.url).join(PageRow, (PageRow.crawl_id == UrlRow.crawl_id) & (PageRow.id == UrlRow.id))
        return list(session.scalars(pages.where(UrlRow.crawl_id == before).order_by(UrlRow.id).limit(MOST_EARLIER)))


def _postponed(database: Database, before: int | None, most: int) -> frozenset[str]:
    if before is None:
        return frozenset()
    with database.store("crawl").read() as session:
        return had_their_turn(session, before, most=most)


def _silent(*, done: int | None = None, total: int | None = None, errors: int = 0, note: str = "") -> None:
    return


_OPEN = [CrawlState.RUNNING.value, CrawlState.INTERRUPTED.value, CrawlState.UNFINISHED.value]
