"""Pages of the site: the list, and one page's sheet with all that the crawler saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from growth import urls
from growth.app import Hit, handed
from growth.errors import GrowthError
from growth.language import Text, _
from growth.reporting import Column, Empty, Kind, Table, TableState
from growth.web import Missing, Page, Viewer, page
from seo.crawl.frontier import Kind as UrlKind
from seo.crawl.frontier import State
from seo.crawls import Crawl, find_crawl
from seo.issues import issues
from seo.link_counts import link_counts
from seo.listing import page_json
from seo.models import PageRow, UrlRow
from seo.pages.evidence import page_link, shown_url
from seo.pages.page_links import SHORT, Side, links_table
from seo.pages.tabs import NAV, ROLES, tabs
from seo.report.columns import URLS
from seo.report.tables import document_row, issue_row
from seo.summary import unsheet
from seo.wording import fault_word, found_by_word, indexability_word


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesPage:
    """The variables of pages.html."""

    tabs: Sequence[tuple[str, str, bool]]
    #: (words, address, current)
    chips: Sequence[tuple[str, str, bool]]
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPage:
    """The variables of page.html."""

    tabs: Sequence[tuple[str, str, bool]]
    url: str
    #: (words, value): what the crawler saw
    facts: Sequence[tuple[str, str]]
    issues: Table
    #: headings with their level
    headings: Sequence[tuple[int, str]]
    metas: Table
    #: raw JSON-LD blocks
    jsonld: Sequence[str]
    headers: Table
    #: links to the page, links on it, what it loads: the first ones, and the address of all of them where there are more
    links: Sequence[tuple[Table, str]]
    #: what the other rooms know of this page
    known: Sequence[Hit]


@page("/seo/pages", nav=NAV, roles=ROLES)
def pages(viewer: Viewer, status: str = "", indexable: str = "") -> Page:
    """Every document of the site that the crawl fetched; the database cuts the list."""
    asked = TableState.of(viewer.address, sort="depth")
    crawl = _crawl(viewer)
    rows, total = _page_of(viewer, crawl, asked, status, indexable) if crawl else ([], 0)
    columns = list(URLS) if viewer.format else _short_columns()
    empty = Empty(title=_("No page"), text=_("Audit the site to see its pages here."), code="growth seo audit")
    table = Table(
        id="pages",
        title=_("Pages"),
        columns=columns,
        rows=rows,
        total=total,
        page=asked.page,
        size=asked.size,
        sort=asked.sort,
        descending=asked.descending,
        text=asked.text,
        empty=empty,
    )
    if viewer.format:
        return viewer.download(table)
    home = urls.origin(crawl.start_url) if crawl else ""
    shown_rows = [{**row, "url": shown_url(str(row["url"]), home), "words": _length(row)} for row in table.rows]
    shown = PagesPage(tabs=tabs("pages"), chips=_chips(viewer, status, indexable), table=replace(table, rows=shown_rows))
    return viewer.render("web/seo/pages.html", shown, title=_("Pages"), crumbs=[("SEO", "/seo"), (_("Pages"), "")])


def _short_columns() -> list[Column]:
    """What fits beside each other on a screen; words and Han characters are one number there."""
    shown = {"url", "status", "indexability_words", "title", "depth", "inlinks", "words", "ttfb_ms"}
    labels = {"words": _("Words and Han"), "ttfb_ms": _("First byte (ms)")}
    return [replace(column, label=labels.get(column.id, column.label)) for column in URLS if column.id in shown]


def _length(row: Mapping[str, Any]) -> int | None:
    return None if row["words"] is None else row["words"] + (row["han"] or 0)


def _chips(viewer: Viewer, status: str, indexable: str) -> list[tuple[str, str, bool]]:
    """Filters: by what was answered, and what engines cannot take."""
    to = viewer.address.to
    chips = [(_("All"), to(status=None, indexable=None, page=None), not status and not indexable)]
    for id, words in (("2", "2xx"), ("3", "3xx"), ("4", "4xx"), ("5", "5xx"), ("none", _("No answer"))):
        chips.append((words, to(status=id, indexable=None, page=None), status == id))
    chips.append((_("Non-Indexable"), to(status=None, indexable="no", page=None), indexable == "no"))
    return chips


@page("/seo/page", nav=NAV, roles=ROLES)
def sheet(viewer: Viewer, url: str) -> Page:
    """One page's sheet."""
    crawl = _crawl(viewer)
    try:
        wanted = urls.normal(url)
    except urls.NotAUrl as fault:
        raise Missing from fault
    if crawl is None:
        raise Missing
    with viewer.database.store("crawl").read() as session:
        row = session.scalars(select(UrlRow).where(UrlRow.crawl_id == crawl.id, UrlRow.url == wanted)).first()
        if row is None:
            raise Missing
        page_row = session.get(PageRow, (crawl.id, row.id))
        canonical, redirect = (_text_of(session, crawl.id, id) for id in (page_row.canonical if page_row else None, row.redirect_to))
        seen = unsheet(page_row.sheet) if page_row else {}
    document = page_json(row, page_row, canonical, redirect)
    with viewer.database.read() as session:
        found = list(issues(session, crawl_id=crawl.id, url=wanted, accepted=True))
        known = [hit for facts in handed(viewer.workspace.apps, "url_facts") for hit in facts(session, wanted) if hit.kind != "seo-issue"]
    shown = SheetPage(
        tabs=tabs("pages"),
        url=wanted,
        facts=_facts(document, seen),
        issues=_issues_table(found),
        headings=[(level, text) for level, text, _line in seen.get("headings", ())],
        metas=_metas(seen),
        jsonld=[block["text"] for block in seen.get("jsonld", ())],
        headers=_pairs("headers", _("Response headers"), seen.get("headers", {})),
        links=[_short(viewer, crawl, row, side) for side in Side],
        known=known,
    )
    crumbs = [("SEO", "/seo"), (_("Pages"), "/seo/pages"), (wanted, "")]
    return viewer.render("web/seo/page.html", shown, title=document["title"] or wanted, crumbs=crumbs)


def _short(viewer: Viewer, crawl: Crawl, row: UrlRow, side: Side) -> tuple[Table, str]:
    """The first links on one side, and where all of them are."""
    table = links_table(viewer, crawl, row.id, side, asked=TableState(size=SHORT))
    everything = f"/seo/page/links?url={quote(row.url, safe='')}&show={side}"
    return table, everything if table.count > len(table.rows) else ""


def _crawl(viewer: Viewer) -> Crawl | None:
    with viewer.database.read() as session:
        try:
            return find_crawl(session)
        except GrowthError:
            return None


def _page_of(viewer: Viewer, crawl: Crawl, asked: TableState, status: str, indexable: str) -> tuple[list[dict[str, Any]], int]:
    canonical, redirect = aliased(UrlRow), aliased(UrlRow)
    mine = (UrlRow.crawl_id == crawl.id, UrlRow.internal.is_(True), UrlRow.kind == UrlKind.PAGE.value, UrlRow.state == State.FETCHED.value)
    query = (
        select(UrlRow, PageRow, canonical.url, redirect.url)
        .outerjoin(PageRow, (PageRow.crawl_id == UrlRow.crawl_id) & (PageRow.id == UrlRow.id))
        .outerjoin(canonical, (canonical.crawl_id == PageRow.crawl_id) & (canonical.id == PageRow.canonical))
        .outerjoin(redirect, (redirect.crawl_id == UrlRow.crawl_id) & (redirect.id == UrlRow.redirect_to))
        .where(*mine)
    )
    where = []
    if status.isascii() and status.isdigit() and len(status) == 3:
        where.append(UrlRow.status == int(status))
    elif status in ("2", "3", "4", "5"):
        where.append(UrlRow.status.between(int(status) * 100, int(status) * 100 + 99))
    elif status == "none":
        where.append(UrlRow.status.is_(None) | (UrlRow.status == 0))
    if indexable == "no":
        where.append(PageRow.noindex.is_(True) | (PageRow.canonical != PageRow.id) | PageRow.id.is_(None))
    if asked.text:
        where.append(UrlRow.url.contains(asked.text, autoescape=True) | PageRow.title.contains(asked.text, autoescape=True))
    query = query.where(*where)
    order: dict[str, Any] = {
        "url": UrlRow.url,
        "status": UrlRow.status,
        "title": PageRow.title,
        "inlinks": PageRow.inlinks,
        "words": PageRow.words,
        "ttfb_ms": UrlRow.ttfb_ms,
        "equity": PageRow.equity,
    }
    by = order.get(asked.sort, PageRow.click_depth)
    with viewer.database.store("crawl").read() as session:
        total = session.scalar(select(func.count()).select_from(query.with_only_columns(UrlRow.id).subquery())) or 0
        query = query.order_by(by.desc().nulls_last() if asked.descending else by.asc().nulls_last(), UrlRow.id)
        if not viewer.format:
            query = query.offset((asked.page - 1) * asked.size).limit(asked.size)
        counts = link_counts(session, crawl.id) if viewer.format else None
        rows = []
        for url, page_row, canonical_url, redirect_url in session.execute(query.execution_options(yield_per=2000)):
            document = page_json(url, page_row, canonical_url, redirect_url, counts)
            rows.append({**document_row(document), "href": page_link(url.url)})
    return rows, total


def _facts(document: dict[str, Any], seen: dict[str, Any]) -> list[tuple[str, str]]:
    charset = seen.get("charset") or {}
    entries = [
        (_("Status"), document["status"] or (fault_word(document["fault"]) if document["fault"] else None)),
        (_("Indexability"), indexability_word(document["indexability"])),
        (_("Title"), f"{document['title']} ({document['title_px']} px)" if document["title"] else None),
        (_("Description"), f"{document['description']} " if document["description"] else None),
        ("H1", document["h1"]),
        (_("Canonical"), document["canonical"]),
        (_("Redirects to"), document["redirect_url"]),
        (_("Clicks from home"), document["depth"]),
        (_("Pages that link here"), document["inlinks"]),
        (_("Link equity (average page: 1)"), document["equity"]),
        (_("Language"), document["lang"]),
        (_("Character set"), charset.get("used")),
        (_("Words"), document["words"]),
        (_("Han characters"), document["han"]),
        (_("First byte after"), f"{document['ttfb_ms']} ms" if document["ttfb_ms"] is not None else None),
        (_("Bytes"), document["size_bytes"]),
        (_("Found by"), found_by_word(document["found_by"])),
        *_rendering(seen),
    ]
    return [(words, str(value)) for words, value in entries if value not in (None, "")]


def _rendering(seen: dict[str, Any]) -> list[tuple[str, object]]:
    """What a browser made of the page, and what the server's HTML says without it."""
    made, without = seen.get("rendered"), seen.get("unrendered")
    if made is None:
        return []
    if without is None:
        return [(_("In a browser"), _("not rendered: {why}", why=made["fault"]))]
    asked = _(
        "rendered; {own} requests to the site, {foreign} to others, {blocked} refused",
        own=made["requests"],
        foreign=made["foreign"],
        blocked=made["blocked"],
    )
    return [
        (_("In a browser"), asked),
        (_("Title without scripts"), without["title"] or "–"),
        (_("Description without scripts"), without["description"] or "–"),
        (_("H1 without scripts"), without["h1"] or "–"),
        (_("Links without scripts"), without["links"]),
        (_("Characters without scripts"), without["text_length"]),
    ]


def _issues_table(found: Sequence[Any]) -> Table:
    rows = [{**issue_row(one), "href": f"/seo/issue/{one.id}", **({"state": "accepted-issue"} if one.accepted else {})} for one in found]
    columns = [
        Column(id="severity", label=_("Severity"), kind=Kind.BADGE, lead=True),
        Column(id="issue", label=_("Issue"), kind=Kind.PROSE, key=True),
        Column(id="evidence", label=_("Evidence"), kind=Kind.PROSE),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="mend", label=_("How to mend"), kind=Kind.PROSE),
    ]
    empty = Empty(title=_("No issue on this page"), text=_("All checks that apply to it passed."))
    return Table(id="issues", title=_("Issues"), columns=columns, rows=rows, size=max(len(rows), 1), empty=empty)


def _metas(seen: dict[str, Any]) -> Table:
    rows = [{"name": meta["name"], "content": meta["content"], "line": meta["line"]} for meta in seen.get("metas", ())]
    columns = [
        Column(id="name", label=_("Name"), kind=Kind.CODE, key=True),
        Column(id="content", label=_("Content"), kind=Kind.PROSE, lead=True),
        Column(id="line", label=_("Line"), kind=Kind.NUMBER),
    ]
    return Table(id="metas", title=_("Meta elements"), columns=columns, rows=rows, size=max(len(rows), 1))


def _pairs(id: str, title: str, pairs: dict[str, str]) -> Table:
    columns = [
        Column(id="name", label=_("Name"), kind=Kind.CODE, key=True),
        Column(id="value", label=Text("Value", "值"), kind=Kind.PROSE, lead=True),
    ]
    rows = [{"name": name, "value": value} for name, value in sorted(pairs.items())]
    return Table(id=id, title=title, columns=columns, rows=rows, size=max(len(rows), 1))


def _text_of(session: Session, crawl_id: int, id: int | None) -> str | None:
    if id is None:
        return None
    return session.scalar(select(UrlRow.url).where(UrlRow.crawl_id == crawl_id, UrlRow.id == id))
