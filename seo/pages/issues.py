"""Issues: by check, the pages of one check, one issue with all that leads to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.errors import GrowthError
from growth.language import _
from growth.reporting import Column, Empty, Kind, Table, TableState
from growth.web import Missing, Page, Viewer, page
from seo.check import Group, catalogue
from seo.crawls import Crawl, find_crawl
from seo.issues import Issue, IssueState, issue_of, matching
from seo.models import IssueRow
from seo.pages.tabs import EDITORS, NAV, ROLES, tabs
from seo.report.columns import CHECKS_SHORT, ISSUES
from seo.report.tables import checks_table, issue_row
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
    table = replace(table, columns=CHECKS_SHORT if crawl else table.columns)
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
        rows, total = _issues_page(session, crawl.id, check, state, asked, whole=bool(viewer.format)) if crawl else ([], 0)
    shown_columns = {"url", "evidence", "state", "weight", "first_seen", *(("accepted",) if state == ACCEPTED else ())}
    columns = [column for column in ISSUES if column.id in shown_columns]
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
    meta = known.meta
    shown = CheckPage(
        tabs=tabs("issues"),
        severity=meta.severity.value,
        why=str(meta.why),
        mend=str(meta.mend),
        source=meta.source,
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
        found = issue_of(row)
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
        facts=_facts(viewer, found),
        tables=list(_tables(found.detail)),
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


def page_link(url: str) -> str:
    """The address of a page's sheet."""
    return f"/seo/page?url={quote(url, safe='')}"


def _issues_page(
    session: Session, crawl_id: int, check: str, state: str, asked: TableState, *, whole: bool
) -> tuple[list[dict[str, Any]], int]:
    # the index ix_seo_issue_open answers all of this but the rows shown: 100,000 issues of a check sorted in 0.05 s, not 0.6
    query = matching(
        select(IssueRow.id).where(IssueRow.check_id == check),
        crawl_id=crawl_id,
        state=None if state == ACCEPTED else state or None,
        accepted=state == ACCEPTED,
    )
    if state == ACCEPTED:
        query = query.where(IssueRow.accepted.is_not(None))
    if asked.text:
        query = query.where(IssueRow.url.contains(asked.text, autoescape=True))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = {"url": IssueRow.url, "state": IssueRow.state, "first_seen": IssueRow.first_seen}.get(asked.sort, IssueRow.weight)
    query = query.order_by(order.desc() if asked.descending else order, IssueRow.id)
    if not whole:
        query = query.offset((asked.page - 1) * asked.size).limit(asked.size)
        ids = list(session.scalars(query))
        found = {row.id: row for row in session.scalars(select(IssueRow).where(IssueRow.id.in_(ids)))}
        shown: Iterable[IssueRow] = (found[id] for id in ids)
    else:
        shown = session.scalars(query.with_only_columns(IssueRow))
    rows = [{**issue_row(issue_of(row)), "href": f"/seo/issue/{row.id}"} for row in shown]
    # what is accepted stands in a list of its own, where open and new say nothing
    return [{**row, "state": "accepted-issue"} for row in rows] if state == ACCEPTED else rows, total


def _facts(viewer: Viewer, found: Issue) -> list[tuple[str, str]]:
    zone = viewer.workspace.zone
    facts = [
        (_("First seen"), f"{found.first_seen.astimezone(zone):%Y-%m-%d %H:%M}"),
        (_("Sign-ups lost a month (estimate)"), f"{found.weight:.3f}"),
    ]
    facts += [
        (_words_of(name), _shown(value))
        for name, value in found.detail.items()
        if not isinstance(value, list | dict) and value not in (None, "")
    ]
    if found.accepted:
        facts.append((_("Accepted because"), found.accepted))
    return facts


def _tables(detail: Mapping[str, Any]) -> Sequence[Table]:
    """Lists of a detail as tables: links with anchor and position, pages that share something, hops."""
    tables = []
    for name in ("links", "hops", "images", "fields", "lines", "things"):
        rows = [row for row in detail.get(name) or () if isinstance(row, dict)]
        if rows:
            keys = list(dict.fromkeys(key for row in rows for key in row))
            columns = [Column(id=key, label=_words_of(key), kind=_kind_of(key), key=place == 0) for place, key in enumerate(keys)]
            linked = [{**row, "href": page_link(str(row["url"]))} if "url" in row else row for row in rows]
            tables.append(Table(id=name, title=_words_of(name), columns=columns, rows=linked, size=max(len(rows), 1)))
    if not detail.get("links"):
        urls = [url for url in (detail.get("urls") or detail.get("sources") or ()) if isinstance(url, str)]
        if urls:
            rows = [{"url": url, "href": page_link(url)} for url in urls]
            columns = [Column(id="url", label=_("Page"), kind=Kind.URL, key=True)]
            tables.append(Table(id="urls", title=_("Pages"), columns=columns, rows=rows, size=max(len(rows), 1)))
    return tables


def _words_of(name: str) -> str:
    words = {
        "target": _("Leads to"),
        "status": _("Status"),
        "fault": _("Fault"),
        "anchor": _("Text"),
        "line": _("Line"),
        "column": _("Column"),
        "place": _("Part of the page"),
        "kind": _("Kind"),
        "url": _("Page"),
        "urls": _("Pages"),
        "links": _("Links"),
        "hops": _("Redirects"),
        "images": _("Images"),
        "fields": _("Fields"),
        "lines": _("Lines"),
        "count": _("How many"),
        "source_count": _("Pages that link"),
        "link_count": _("Links"),
        "text": _("Text"),
        "value": _("Value"),
        "found": _("Found"),
        "location": _("Ends at"),
        "px": _("Width in pixels"),
        "fw": _("Width in full-width characters"),
        "length": _("Length"),
        "size_bytes": _("Bytes"),
        "href": _("Address as written"),
    }
    return words.get(name, name)


def _kind_of(name: str) -> Kind:
    if name in ("url", "target", "src"):
        return Kind.URL
    return Kind.NUMBER if name in ("line", "column", "status") else Kind.PROSE if name in ("anchor", "text") else Kind.TEXT


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


def _shown(value: object) -> str:
    return str(value)[:500]


def _key(column: Column) -> Column:
    """The address names the row and opens the issue, so it is no link of its own."""
    return replace(column, key=column.id == "url", kind=Kind.TEXT if column.id == "url" else column.kind)


def _newest(session: Session) -> Crawl | None:
    try:
        return find_crawl(session)
    except GrowthError:
        return None
