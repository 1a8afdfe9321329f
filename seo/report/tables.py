"""The crawl's tables as report tables: every document, every issue by group, broken links, what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session, aliased

from growth.db import Database
from growth.language import _
from growth.rendering.states import state_word
from growth.reporting import Kind as ColumnKind
from growth.reporting import Table
from seo.check import Group, catalogue
from seo.crawl.frontier import Kind, State
from seo.crawls import Crawl
from seo.equity import LinkProposal, kept_proposals
from seo.issues import Issue, IssueState, evidence_of
from seo.listing import list_issues, list_links, list_pages
from seo.models import IssueRow, UrlRow
from seo.report import columns
from seo.report.hreflang import hreflang_table
from seo.report.images import images_table
from seo.report.redirects import redirects_table
from seo.tally import Tally, tally_of
from seo.wording import fault_word, found_by_word, indexability_word, kind_word, place_word, reason_word, verdict_word

#: rows of one table of a report; what is beyond stands in the CSV
MOST_ROWS = 200_000
_SIGN_UPS = columns.Scale()
#: texts whose length is told
_MEASURED = ("title", "description", "keywords", "h1", "h1_2", "h2", "h2_2")
_STATUSES = frozenset(status.value for status in HTTPStatus)


def crawl_tables(database: Database, crawl: Crawl, *, most: int = MOST_ROWS) -> list[Table]:
    """All tables of a crawl: overview, documents, one for each group that has issues, links to
    add, broken links, redirects, images, languages, other sites, left out."""
    found = list(list_issues(database, crawl_id=crawl.id, accepted=True))
    scale = scale_of(crawl, (issue.weight for issue in found))
    tables = [checks_table(tally_of(found), crawl), urls_table(database, crawl, most=most)]
    for group in Group:
        mine = [issue for issue in found if (check := catalogue().get(issue.check)) and check.meta.group is group]
        if mine:
            tables.append(issues_table(f"issues-{group}", str(group.label), mine[:most], scale))
    tables += [
        proposals_table(kept_proposals(database, crawl)),
        broken_table(database, crawl, most=most),
        redirects_table(database, crawl, most=most),
        images_table(database, crawl, most=most),
        hreflang_table(database, crawl, most=most),
        external_table(database, crawl, most=most),
        skipped_table(database, crawl, most=most),
    ]
    return [_in_words(table) for table in tables if table.rows]


def _in_words(table: Table) -> Table:
    """A table whose severities and states are words: no spreadsheet has badges."""
    badges = [column.id for column in table.columns if column.kind is ColumnKind.BADGE]
    if not badges:
        return table
    return replace(table, rows=[{**row, **{id: state_word(row[id]) for id in badges if row.get(id)}} for row in table.rows])


def checks_table(tallies: Sequence[Tally], crawl: Crawl) -> Table:
    """One row a check that found something."""
    scale = scale_of(crawl, (tally.weight for tally in tallies))
    rows = []
    for tally in tallies:
        check = catalogue().get(tally.check)
        rows.append(
            {
                "check": tally.check,
                "severity": tally.severity.value,
                "issue": str(check.meta.title_bad) if check else tally.check,
                "number": tally.number,
                "share": min(1.0, tally.number / max(crawl.pages, 1)),
                "new": tally.new,
                "weight": scale.shown(tally.weight),
                "why": str(check.meta.why) if check else "",
                "mend": str(check.meta.mend) if check else "",
                "href": f"/seo/issues/{tally.check}",
            }
        )
    return Table(id="checks", title=_("Issues by check"), columns=scale.columns(columns.CHECKS), rows=rows, size=max(len(rows), 1))


def scale_of(crawl: Crawl, weights: Iterable[float]) -> columns.Scale:
    """How the weights of a crawl are shown beside each other."""
    measured = bool(crawl.totals.get("measured"))
    return columns.Scale(measured=measured, heaviest=0.0 if measured else max(weights, default=0.0))


def issues_table(id: str, title: str, found: Sequence[Issue], scale: columns.Scale) -> Table:
    """Issues in their order."""
    rows = [issue_row(issue, scale) for issue in found]
    return Table(id=id, title=title, columns=scale.columns(columns.ISSUES), rows=rows, size=max(len(rows), 1))


def issue_row(issue: Issue, scale: columns.Scale = _SIGN_UPS) -> dict[str, Any]:
    """One issue as a row."""
    check = catalogue().get(issue.check)
    return {
        "severity": issue.severity.value,
        "issue": str(check.meta.title_bad) if check else issue.check,
        "check": issue.check,
        "url": issue.url,
        "evidence": evidence_of(issue.detail),
        "state": issue.state.value,
        "weight": scale.shown(issue.weight),
        "first_seen": issue.first_seen,
        "mend": str(check.meta.mend) if check else "",
        "accepted": issue.accepted or "",
        "assigned_to": issue.assigned_to or "",
    }


def urls_table(database: Database, crawl: Crawl, *, most: int, counted: bool = True) -> Table:
    """Every document of the site that was fetched; its links `counted` or not."""
    rows = []
    for row in list_pages(database, crawl_id=crawl.id, counted=counted):
        rows.append(document_row(row))
        if len(rows) >= most:
            break
    return Table(id="internal", title=_("Internal"), columns=columns.URLS, rows=rows, size=max(len(rows), 1))


def document_row(page: dict[str, Any]) -> dict[str, Any]:
    """A page of `seo.listing.list_pages` in the words of people."""
    return {
        **page,
        "fault": fault_word(page["fault"]) if page["fault"] else phrase_of(page["status"]),
        "indexability_words": _("Indexable") if page["indexable"] else _("Non-Indexable"),
        "indexability": "" if page["indexable"] else indexability_word(page["indexability"]),
        "found_by": found_by_word(page["found_by"]),
        **{f"{name}_length": len(page[name]) if page[name] is not None else None for name in _MEASURED},
    }


def phrase_of(status: int | None) -> str | None:
    """What the standard calls a status: ``OK``, ``Not Found``; None for one that it does not know."""
    return HTTPStatus(status).phrase if status in _STATUSES else None


def proposals_table(found: Sequence[LinkProposal]) -> Table:
    """Pages that deserve links, a row for each page that should give one."""
    rows = [
        {
            "url": one.url,
            "views": one.views,
            "equity": one.equity,
            "inlinks": one.inlinks,
            "depth": one.depth,
            "source": giver.url,
            "source_equity": giver.equity,
            "anchor": one.anchor,
            "shared": ", ".join(giver.shared),
            "href": f"/seo/page?url={quote(one.url, safe='')}",
        }
        for one in found
        for giver in one.givers
    ]
    return Table(id="link-proposals", title=_("Links to add"), columns=columns.PROPOSALS, rows=rows, size=max(len(rows), 1))


def broken_table(database: Database, crawl: Crawl, *, most: int) -> Table:
    """Links whose target does not work."""
    rows = []
    for row in list_links(database, crawl_id=crawl.id, broken=True):
        rows.append(link_row(row))
        if len(rows) >= most:
            break
    return Table(id="broken-links", title=_("Broken links"), columns=columns.LINKS, rows=rows, size=max(len(rows), 1))


def link_row(link: dict[str, Any]) -> dict[str, Any]:
    """A link of `seo.listing.list_links` in the words of people."""
    verdict = link["verdict"]
    return {
        **link,
        "rel": " ".join(link["rel"]),
        "kind": kind_word(link["kind"]),
        "place": place_word(link["place"]),
        "verdict": verdict_word(verdict) if verdict else None,
    }


def external_table(database: Database, crawl: Crawl, *, most: int) -> Table:
    """Addresses on other sites."""
    with database.store("crawl").read() as session:
        rows = list(_urls(session, crawl.id, UrlRow.internal.is_(False), UrlRow.state == State.FETCHED.value, most=most))
    return Table(id="external", title=_("External"), columns=columns.EXTERNAL, rows=rows, size=max(len(rows), 1))


def skipped_table(database: Database, crawl: Crawl, *, most: int) -> Table:
    """Addresses that were not fetched, each with its reason."""
    with database.store("crawl").read() as session:
        rows = list(_urls(session, crawl.id, UrlRow.state == State.SKIPPED.value, UrlRow.reason != "named", most=most))
    return Table(id="not-crawled", title=_("Not crawled"), columns=columns.SKIPPED, rows=rows, size=max(len(rows), 1))


def counts_by_group(session: Session, crawl_id: int) -> list[dict[str, Any]]:
    """Issues by group and severity, accepted ones left out."""
    query = select(IssueRow.check_id, IssueRow.severity, func.count(), cast(func.sum(IssueRow.weight * 1000), Integer)).where(
        IssueRow.state != IssueState.FIXED.value, IssueRow.accepted.is_(None), IssueRow.last_crawl_id == crawl_id
    )
    found: dict[Group, dict[str, Any]] = {}
    for check_id, severity, number, _weight in session.execute(query.group_by(IssueRow.check_id, IssueRow.severity)).tuples():
        check = catalogue().get(check_id)
        if check is None:
            continue
        row = found.setdefault(check.meta.group, {"group": str(check.meta.group.label), "error": 0, "warning": 0, "notice": 0, "total": 0})
        row[severity] += number
        row["total"] += number
    return [found[group] for group in Group if group in found]


def _urls(session: Session, crawl_id: int, *where: Any, most: int) -> Iterator[dict[str, Any]]:
    to = aliased(UrlRow)
    query = (
        select(UrlRow, to.url)
        .outerjoin(to, (to.crawl_id == UrlRow.crawl_id) & (to.id == UrlRow.redirect_to))
        .where(UrlRow.crawl_id == crawl_id, UrlRow.kind.in_((Kind.PAGE.value, Kind.RESOURCE.value, Kind.EXTERNAL.value)), *where)
        .order_by(UrlRow.id)
        .limit(most)
    )
    for row, redirect_url in session.execute(query.execution_options(yield_per=2000)):
        yield {
            "url": row.url,
            "status": row.status,
            "verdict": verdict_word(row.verdict) if row.verdict else None,
            "fault": fault_word(row.fault) if row.fault else None,
            "reason": reason_word(row.reason) if row.reason else None,
            "media_type": row.media_type,
            "depth": row.depth,
            "found_by": found_by_word(row.found_by),
            "redirect_url": redirect_url,
        }
