"""What is done when the walk is over: the link graph, the cross-page checks, the issues, the figures that trends need. Repeating it changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, case, delete, func, insert, select
from sqlalchemy.orm import Session

from growth.db import Database
from seo import graph as linkgraph
from seo import links as stored
from seo.bulk import batches, insert_rows, lean, update_rows
from seo.crawl.frontier import Kind, State
from seo.crawl.origins import Outcome
from seo.crawl.plan import Plan
from seo.crawls import crawl_of, judged_before
from seo.equity import keep_proposals
from seo.external import broken_before, remember_external
from seo.facts import seo_settings
from seo.issues import count_issues, sync_issues
from seo.models import CrawlRow, FindingRow, InlinkRow, LinkRow, PageRow, UrlRow
from seo.packed import pack
from seo.redirects import redirect_ends
from seo.rules import Judged, Rules, settled
from seo.site import Site
from seo.spent import Spent
from seo.weight import Worth, weigher
from seo.worth import worth_of

#: findings of site checks are numbered from here, those of page checks below
SITE_NUMBERS = 100_000
#: columns of the table and not of its class: millions of rows then come as the driver makes them, not through the ORM
_link = LinkRow.__table__.c
_FINDING = ("crawl_id", "url_id", "number", "check_id", "severity", "cause", "detail", "whole_site")


def finish(
    database: Database,
    plan: Plan,
    rules: Rules,
    *,
    outcome: Outcome,
    complete: bool,
    spent: Spent,
    now: datetime,
    still_ours: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Judge the whole crawl; counts by severity and check, and the totals to keep. What `still_ours` raises ends it between two steps."""
    crawl_id = plan.crawl_id
    still_ours()
    with spent.on("graph"):
        link_graph(database, crawl_id, plan.site.home)
    with spent.on("site_checks"):
        judged = list(_judge_site(database, plan, rules, outcome, complete, now))
        still_ours()
        _store(database, crawl_id, judged)
        remember_external(database, crawl_id, now)
    with spent.on("issues"):
        worth = worth_of(database, crawl_id=crawl_id, now=now)
        settings = seo_settings(database.workspace)
        still_ours()
        sync_issues(database, crawl_id=crawl_id, complete=complete, accept=settings.accept, weigh=weigher(worth), now=now)
        counts = count_issues(database, crawl_id=crawl_id)
    with spent.on("proposals"):
        with database.read() as session:
            crawl = crawl_of(session.get_one(CrawlRow, crawl_id))
        keep_proposals(database, crawl, now=now)
    counts["totals"] = {
        **_totals(database, crawl_id),
        "by_check": counts["by_check"],
        "measured": worth.measured,
        "check_faults": rules.faults,
        "spent": spent.as_json(),
    }
    return counts


def link_graph(database: Database, crawl_id: int, home: str) -> None:
    """Fill in-links, click depth and equity."""
    store = database.store("crawl")
    store_inlinks(database, crawl_id)
    with store.read() as session:
        lean(session)
        pages = list(session.scalars(select(PageRow.id).where(PageRow.crawl_id == crawl_id)))
        resolved = redirect_ends(session, crawl_id)
        clicked = select(_link.source, _link.target).where(
            _link.crawl_id == crawl_id, _link.kind.in_(stored.CLICKED), _link.target.is_not(None)
        )
        graph = _graph(session, clicked, pages, resolved)
        held = _link.flags.bitwise_and(stored.NO_WEIGHT) != 0
        # visitors follow every link, weight only those without nofollow
        flowing = graph if session.scalar(clicked.where(held).limit(1)) is None else _graph(session, clicked.where(~held), pages, resolved)
        home_id = session.scalar(select(UrlRow.id).where(UrlRow.crawl_id == crawl_id, UrlRow.url == home))
    home_id = resolved.get(home_id, home_id) if home_id is not None else None
    depth, inlinks, equity = linkgraph.depths(graph, home_id), linkgraph.inlink_counts(graph), linkgraph.equity(flowing)
    values = ((None if d < 0 else d, n, round(e, 5), crawl_id, id) for id, d, n, e in zip(graph.ids, depth, inlinks, equity, strict=True))
    for batch in batches(values, 5000):
        with store.write() as session:
            update_rows(session, PageRow, ("crawl_id", "id"), ("click_depth", "inlinks", "equity"), batch)


def store_inlinks(database: Database, crawl_id: int) -> None:
    """Write the links by target."""
    with database.store("crawl").write() as session:
        lean(session)
        session.execute(delete(InlinkRow).where(InlinkRow.crawl_id == crawl_id))
        columns = (LinkRow.crawl_id, LinkRow.target, LinkRow.source, LinkRow.position)
        ordered = (
            select(*columns)
            .where(LinkRow.crawl_id == crawl_id, LinkRow.target.is_not(None))
            .order_by(LinkRow.target, LinkRow.source, LinkRow.position)
        )
        session.execute(insert(InlinkRow).from_select(["crawl_id", "target", "source", "position"], ordered))


def _graph(session: Session, clicked: Select[Any, Any], pages: list[int], resolved: dict[int, int]) -> linkgraph.Graph:
    rows: Iterable[Any] = session.execute(clicked.order_by(_link.source, _link.position).execution_options(yield_per=10_000))
    return linkgraph.build(pages, rows, resolved)


def _judge_site(
    database: Database,
    plan: Plan,
    rules: Rules,
    outcome: Outcome,
    complete: bool,
    now: datetime,
) -> Iterable[Judged]:
    with database.store("crawl").read() as session, database.read() as main:
        site = Site(
            session=session,
            main=main,
            crawl_id=plan.crawl_id,
            facts=plan.site,
            complete=complete,
            user_agent=plan.user_agent,
            robots_obeyed=plan.settings.robots == "obey",
            rendered=bool(plan.browser),
            now=now,
            probes=outcome.probes,
            variants=outcome.variants,
            marked=outcome.marked,
            key_file=outcome.key_file,
            broken_before=broken_before(session, plan.crawl_id),
            previous_id=_previous(main, plan.crawl_id),
            certificates=outcome.certificates,
        )
        for active in rules.site:
            check = active.check
            try:
                for finding in check.judge(site, active.limits):
                    if (judged := settled(finding, active, plan.site.home)) is not None:
                        yield judged
            except Exception as fault:  # noqa: BLE001 - any check, also a plug-in's, may be wrong; the others still judge
                rules.faults.setdefault(check.meta.id, f"{type(fault).__name__}: {fault}")
                session.rollback()  # PostgreSQL refuses whatever follows a failed query
                main.rollback()


def _previous(main: Session, crawl_id: int) -> int | None:
    """The crawl before, if its pages are still there."""
    before = judged_before(main, crawl_id)
    return before.id if before is not None and before.kept else None


def _store(database: Database, crawl_id: int, judged: list[Judged]) -> None:
    """Write the findings of site checks in place of earlier ones. URLs that the crawl does not know get a row, so that the finding has a
    place.
    """
    store = database.store("crawl")
    with store.read() as session:
        wanted = {one.url for one in judged}
        query = select(UrlRow.url, UrlRow.id).where(UrlRow.crawl_id == crawl_id)
        known = {url: id for url, id in session.execute(query.execution_options(yield_per=5000)).tuples() if url in wanted}
        last = session.scalar(select(func.max(UrlRow.id)).where(UrlRow.crawl_id == crawl_id)) or 0
    with store.write() as session:
        session.execute(delete(FindingRow).where(FindingRow.crawl_id == crawl_id, FindingRow.whole_site.is_(True)))
        for url in sorted(wanted - set(known)):
            last += 1
            known[url] = last
            session.add(_named(crawl_id, last, url))
        session.flush()
        rows = [
            (
                crawl_id,
                known[one.url],
                SITE_NUMBERS + number,
                one.check_id,
                one.severity.value,
                one.cause,
                pack(msgspec.json.encode(one.detail)),
                True,
            )
            for number, one in enumerate(judged)
        ]
        insert_rows(session, FindingRow, _FINDING, rows)


def _named(crawl_id: int, id: int, url: str) -> UrlRow:
    return UrlRow(
        crawl_id=crawl_id,
        id=id,
        url=url,
        internal=True,
        kind=Kind.PROBE.value,
        state=State.SKIPPED.value,
        reason="named",
        depth=0,
        hops=0,
        found_by="named",
    )


def _totals(database: Database, crawl_id: int) -> dict[str, Any]:
    """Figures that stay when the bulk is gone: statuses, depths, response times, reasons for what was not fetched."""
    with database.store("crawl").read() as session:
        mine = (UrlRow.crawl_id == crawl_id, UrlRow.internal.is_(True), UrlRow.kind == Kind.PAGE.value)
        fetched = (*mine, UrlRow.state == State.FETCHED.value)
        statuses = session.execute(select(UrlRow.status, func.count()).where(*fetched).group_by(UrlRow.status)).tuples().all()
        faults = (
            session.execute(select(UrlRow.fault, func.count()).where(*fetched, UrlRow.fault.is_not(None)).group_by(UrlRow.fault))
            .tuples()
            .all()
        )
        depths = (
            session.execute(select(PageRow.click_depth, func.count()).where(PageRow.crawl_id == crawl_id).group_by(PageRow.click_depth))
            .tuples()
            .all()
        )
        band = case(
            (UrlRow.ttfb_ms < 200, 0), (UrlRow.ttfb_ms < 500, 200), (UrlRow.ttfb_ms < 800, 500), (UrlRow.ttfb_ms < 3000, 800), else_=3000
        )
        times = session.execute(select(band, func.count()).where(*fetched, UrlRow.status == 200).group_by(band)).tuples().all()
        skipped = session.execute(
            select(UrlRow.reason, func.count())
            .where(UrlRow.crawl_id == crawl_id, UrlRow.state == State.SKIPPED.value, UrlRow.reason != "named")
            .group_by(UrlRow.reason)
        ).tuples()
        indexable = session.scalar(
            select(func.count())
            .select_from(PageRow)
            .where(
                PageRow.crawl_id == crawl_id, PageRow.noindex.is_(False), (PageRow.canonical.is_(None)) | (PageRow.canonical == PageRow.id)
            )
        )
        return {
            "statuses": {str(status or 0): number for status, number in statuses},
            "faults": {str(fault): number for fault, number in faults},
            "depths": {"" if depth is None else str(depth): number for depth, number in depths},
            "ttfb": {str(low): number for low, number in times},
            "skipped": {str(reason): number for reason, number in skipped},
            "indexable": indexable or 0,
        }


__all__ = ["Worth", "finish", "link_graph", "store_inlinks"]
