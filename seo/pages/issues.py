"""Issues: by check, the pages of one check, one issue with all that leads to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth import urls
from growth.errors import GrowthError
from growth.language import _
from growth.reporting import Column, Empty, Kind, Table, TableState
from growth.web import Missing, Page, Viewer, page
from seo.check import Group, catalogue
from seo.crawls import Crawl, find_crawl
from seo.issues import IssueState, issue_of, matching
from seo.models import IssueRow
from seo.pages.evidence import detail_tables, issue_facts, page_link, place_of, shown_url
from seo.pages.tabs import EDITORS, NAV, ROLES, tabs
from seo.report.columns import CHECKS_SHORT, ISSUES, Scale
from seo.report.tables import checks_table, issue_row, scale_of
from seo.severity import Severity
from seo.tally import tally_issues

#: what the filter by state calls issues that growth.yaml accepts
ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksPage:
    """The variables of issues.html."""

    tabs: Sequence[tuple[str, str, bool]]
    #: filters: rows of (words, address, current)
    chips: Sequence[Sequence[tuple[str, str, bool]]]
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """The variables of check.html."""

    tabs: Sequence[tuple[str, str, bool]]
    severity: str
    #: what it costs, what to do, where the rule comes from
    why: str
    mend: str
    source: str
    #: (words, value) of the limits in force
    limits: Sequence[tuple[str, str]]
    #: filters: (words, address, current)
    chips: Sequence[tuple[str, str, bool]]
    table: Table
    #: YAML that accepts all of them, or leaves the check out
    yaml: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePage:
    """The variables of issue.html."""

    tabs: Sequence[tuple[str, str, bool]]
    id: int
    severity: str
    state: str
    url: str
    page_link: str
    why: str
    mend: str
    #: (words, value)
    facts: Sequence[tuple[str, str]]
    #: links that lead to it, or the pages that share it
    tables: Sequence[Table]
    #: the entry of growth.yaml that accepts it
    yaml: str
    may_assign: bool
    assigned_to: str


@page("/seo/issues", nav=NAV, roles=ROLES)
def checks(viewer: Viewer, severity: str = "", state: str = "", group: str = "") -> Page:
    """Issues by check, filtered; accepted ones only where they are asked for (``state=accepted``)."""
    accepted = state == ACCEPTED
    with viewer.database.read() as session:
        crawl = _newest(session)
        found = (
            tally_issues(
                session, crawl_id=crawl.id, severity=severity or None, state=None if accepted else state or None, accepted=accepted
            )
            if crawl
            else []
        )
    mine = [one for one in found if not group or ((check := catalogue().get(one.check)) and check.meta.group == group)]
    empty = Empty(
        title=_("No issue of this kind"),
        text=_("Choose another filter, or audit the site again.") if crawl else _("The site has not been audited yet."),
        code="" if crawl else "growth seo audit",
    )
    table = checks_table(mine, crawl) if crawl else Table(id="checks", title=_("Issues"), columns=[])
    if state:  # a check's own page shows the same ones
        table = replace(table, rows=[{**row, "href": f"{row['href']}?state={quote(state)}"} for row in table.rows])
    table = viewer.arrange(replace(table, empty=empty), sort="")
    if viewer.format:
        return viewer.download(table, name="seo-issues")
    table = replace(table, columns=scale_of(crawl, ()).columns(CHECKS_SHORT) if crawl else table.columns)
    shown = ChecksPage(tabs=tabs("issues"), chips=_chips(viewer, severity, state, group), table=table)
    return viewer.render("web/seo/issues.html", shown, title=_("Issues"), crumbs=[("SEO", "/seo"), (_("Issues"), "")])


@page("/seo/issues/{check:str}", nav=NAV, roles=ROLES)
def of_check(viewer: Viewer, check: str, state: str = "") -> Page:
    """All pages of one check. The database cuts the list to one page: a check may have found a hundred thousand."""
    known = catalogue().get(check)
    if known is None:
        raise Missing
    asked = TableState.of(viewer.address, sort="-weight")
    with viewer.database.read() as session:
        crawl = _newest(session)
        rows, total, scale = _issues_page(session, crawl, check, state, asked, whole=bool(viewer.format)) if crawl else ([], 0, Scale())
    shown_columns = {"url", "evidence", "state", "weight", "first_seen", *(("accepted",) if state == ACCEPTED else ())}
    columns = [column for column in scale.columns(ISSUES) if column.id in shown_columns]
    table = Table(
        id="pages",
        title=_("Pages"),
        columns=[_key(column) for column in columns],
        rows=rows,
        total=total,
        page=asked.page,
        size=asked.size,
        sort=asked.sort,
        descending=asked.descending,
        text=asked.text,
        empty=Empty(title=str(known.meta.title_good), text=_("This check found nothing in the last audit.")),
    )
    if viewer.format:
        return viewer.download(table, name=check)
    home = urls.origin(crawl.start_url) if crawl else ""
    table = replace(table, rows=[{**row, "url": shown_url(str(row["url"]), home)} for row in table.rows])
    meta = known.meta
    shown = CheckPage(
        tabs=tabs("issues"),
        severity=meta.severity.value,
        why=str(meta.why),
        mend=str(meta.mend),
        source=str(meta.source),
        chips=_state_chips(viewer, state),
        limits=[(name, _limit(value)) for name, value in meta.limits.items()],
        table=table,
        yaml=_accept_yaml(check, "*"),
    )
    title = str(meta.title_bad)
    return viewer.render("web/seo/check.html", shown, title=title, crumbs=[("SEO", "/seo"), (_("Issues"), "/seo/issues"), (title, "")])


@page("/seo/issue/{issue:int}", nav=NAV, roles=ROLES)
def issue(viewer: Viewer, issue: int) -> Page:
    """One issue with what proves it."""
    with viewer.database.read() as session:
        row = session.get(IssueRow, issue)
        if row is None:
            raise Missing
        found, crawl = issue_of(row), _newest(session)
        place = place_of(session, found, crawl) if crawl is not None else None
    check = catalogue().get(found.check)
    title = str(check.meta.title_bad) if check else found.check
    shown = IssuePage(
        tabs=tabs("issues"),
        id=found.id,
        severity=found.severity.value,
        state="accepted-issue" if found.accepted else found.state.value,
        url=found.url,
        page_link=page_link(found.url),
        why=str(check.meta.why) if check else "",
        mend=str(check.meta.mend) if check else "",
        facts=issue_facts(found, place, zone=viewer.workspace.zone),
        tables=detail_tables(found.detail),
        yaml=_accept_yaml(found.check, found.url),
        may_assign=viewer.may(*EDITORS),
        assigned_to=found.assigned_to or "",
    )
    crumbs = [("SEO", "/seo"), (_("Issues"), "/seo/issues"), (title, f"/seo/issues/{found.check}"), (f"#{found.id}", "")]
    return viewer.render("web/seo/issue.html", shown, title=title, crumbs=crumbs)


@page("/seo/issue/{issue:int}/assign", methods=("POST",), nav=NAV, roles=EDITORS)
def assign(viewer: Viewer, issue: int) -> Page:
    """Give an issue to somebody (or to nobody)."""
    name = viewer.form.get("assigned_to").strip()[:80]
    with viewer.database.write() as session:
        row = session.get(IssueRow, issue)
        if row is None:
            raise Missing
        row.assigned_to = name or None
    viewer.flash(_("Given to {name}.", name=name) if name else _("Given to nobody."))
    return viewer.redirect(f"/seo/issue/{issue}")


def _issues_page(
    session: Session, crawl: Crawl, check: str, state: str, asked: TableState, *, whole: bool
) -> tuple[list[dict[str, Any]], int, Scale]:
    # the index ix_seo_issue_open answers all of this but the rows shown: 100,000 issues of a check sorted in 0.05 s, not 0.6
    query = matching(
        select(IssueRow.id).where(IssueRow.check_id == check),
        crawl_id=crawl.id,
        state=None if state == ACCEPTED else state or None,
        accepted=state == ACCEPTED,
    )
    if state == ACCEPTED:
        query = query.where(IssueRow.accepted.is_not(None))
    if asked.text:
        query = query.where(IssueRow.url.contains(asked.text, autoescape=True))
    found_all = query.with_only_columns(IssueRow.weight).subquery()
    total, heaviest = session.execute(select(func.count(), func.max(found_all.c.weight)).select_from(found_all)).tuples().one()
    scale = scale_of(crawl, [heaviest or 0.0])
    order = {"url": IssueRow.url, "state": IssueRow.state, "first_seen": IssueRow.first_seen}.get(asked.sort, IssueRow.weight)
    query = query.order_by(order.desc() if asked.descending else order, IssueRow.id)
    if not whole:
        query = query.offset((asked.page - 1) * asked.size).limit(asked.size)
        ids = list(session.scalars(query))
        found = {row.id: row for row in session.scalars(select(IssueRow).where(IssueRow.id.in_(ids)))}
        shown: Iterable[IssueRow] = (found[id] for id in ids)
    else:
        shown = session.scalars(query.with_only_columns(IssueRow))
    rows = [{**issue_row(issue_of(row), scale), "href": f"/seo/issue/{row.id}"} for row in shown]
    # what is accepted stands in a list of its own, where open and new say nothing
    return [{**row, "state": "accepted-issue"} for row in rows] if state == ACCEPTED else rows, total, scale


def _chips(viewer: Viewer, severity: str, state: str, group: str) -> list[list[tuple[str, str, bool]]]:
    """Filters as links: severities, states, groups."""
    to = viewer.address.to
    severities = [(_("All"), to(severity=None, page=None), not severity)]
    words = {Severity.ERROR: _("Errors"), Severity.WARNING: _("Warnings"), Severity.NOTICE: _("Notices")}
    severities += [(words[one], to(severity=one.value, page=None), severity == one) for one in Severity]
    groups = [(str(one.label), to(group=None if group == one else one.value, page=None), group == one) for one in Group]
    return [severities, _state_chips(viewer, state), groups]


def _state_chips(viewer: Viewer, state: str) -> list[tuple[str, str, bool]]:
    words: dict[str, str] = {
        IssueState.NEW: _("New"),
        IssueState.REAPPEARED: _("Back again"),
        IssueState.OPEN: _("Still open"),
        IssueState.FIXED: _("Fixed"),
        ACCEPTED: _("Accepted"),
    }
    return [(text, viewer.address.to(state=None if state == one else str(one), page=None), state == one) for one, text in words.items()]


def _accept_yaml(check: str, url: str) -> str:
    return f'seo:\n  accept:\n    - {{check: {check}, url: "{url}", because: "…"}}'


def _limit(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | frozenset) else str(value)


def _key(column: Column) -> Column:
    """The address names the row and opens the issue, so it is no link of its own."""
    return replace(column, key=column.id == "url", kind=Kind.TEXT if column.id == "url" else column.kind)


def _newest(session: Session) -> Crawl | None:
    try:
        return find_crawl(session)
    except GrowthError:
        return None
