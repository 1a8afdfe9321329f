"""``/seo/links``: links with what they lead to; broken ones first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from growth.errors import GrowthError
from growth.language import _
from growth.reporting import Empty, Table, TableState
from growth.web import Page, Viewer, page
from seo.crawls import Crawl, find_crawl
from seo.equity import kept_proposals
from seo.listing import link_json
from seo.models import LinkRow, TextRow, UrlRow
from seo.pages.evidence import page_link
from seo.pages.tabs import NAV, ROLES, tabs
from seo.report.columns import LINKS
from seo.report.document import linking_sentence
from seo.report.tables import link_row, proposals_table
from seo.robots import path_of
from seo.verdict import Verdict

#: links of one download
MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksPage:
    """The variables of links.html."""

    tabs: Sequence[tuple[str, str, bool]]
    #: (words, address, current)
    chips: Sequence[tuple[str, str, bool]]
    table: Table
    sentence: str = ""


@page("/seo/links", nav=NAV, roles=ROLES)
def links(viewer: Viewer, show: str = "broken") -> Page:
    """Links by verdict: broken ones unless others are asked for."""
    asked = TableState.of(viewer.address)
    with viewer.database.read() as session:
        try:
            crawl = find_crawl(session)
        except GrowthError:
            crawl = None
    rows, total = _rows(viewer, crawl, show, asked) if crawl else ([], 0)
    empty = Empty(
        title=_("No such link") if crawl else _("No crawl yet"),
        text=_("No link of the last crawl is like this.") if crawl else _("Audit the site to see its links here."),
        code="" if crawl else "growth seo audit",
    )
    table = Table(
        id="links", title=_("Links"), columns=LINKS, rows=rows, total=total, page=asked.page, size=asked.size, text=asked.text, empty=empty
    )
    if viewer.format:
        return viewer.download(table)
    words = {"broken": _("Broken"), "blocked": _("Not verified"), "external": _("To other sites"), "all": _("All")}
    chips = [(text, viewer.address.to(show=id, page=None), show == id) for id, text in words.items()]
    chips.append((_("To add"), "/seo/links/wanted", False))
    shown = LinksPage(tabs=tabs("links"), chips=chips, table=table)
    return viewer.render("web/seo/links.html", shown, title=_("Links"), crumbs=[("SEO", "/seo"), (_("Links"), "")])


@page("/seo/links/wanted", nav=NAV, roles=ROLES)
def to_add(viewer: Viewer) -> Page:
    """Pages that deserve links, and from where."""
    with viewer.database.read() as session:
        try:
            crawl = find_crawl(session)
        except GrowthError:
            crawl = None
    found = kept_proposals(viewer.database, crawl) if crawl is not None and crawl.kept else []
    empty = Empty(
        title=_("No link to add") if crawl else _("No crawl yet"),
        text=_("No page lacks links that another page about the same could give.") if crawl else _("Audit the site to see its links here."),
        code="" if crawl else "growth seo audit",
    )
    table = viewer.arrange(replace(proposals_table(found), empty=empty))
    if viewer.format:
        return viewer.download(table)
    # on the screen all are pages of this one site: paths leave room for the words
    rows = [{**row, "url": path_of(str(row["url"])), "source": path_of(str(row["source"]))} for row in table.rows]
    columns = [column for column in table.columns if column.id not in ("depth", "equity", "source_equity")]
    table = replace(table, rows=rows, columns=columns)
    shown = LinksPage(
        tabs=tabs("links"),
        chips=[(_("All links"), "/seo/links", False), (_("To add"), "/seo/links/wanted", True)],
        table=table,
        sentence=linking_sentence() if found else "",
    )
    crumbs = [("SEO", "/seo"), (_("Links"), "/seo/links"), (_("To add"), "")]
    return viewer.render("web/seo/links.html", shown, title=_("Links to add"), crumbs=crumbs)


def _rows(viewer: Viewer, crawl: Crawl, show: str, asked: TableState) -> tuple[list[dict[str, Any]], int]:
    source, target = aliased(UrlRow), aliased(UrlRow)
    query = (
        select(LinkRow, source.url, target, TextRow.text)
        .join(source, (source.crawl_id == LinkRow.crawl_id) & (source.id == LinkRow.source))
        .outerjoin(target, (target.crawl_id == LinkRow.crawl_id) & (target.id == LinkRow.target))
        .outerjoin(TextRow, (TextRow.crawl_id == LinkRow.crawl_id) & (TextRow.id == LinkRow.text_id))
        .where(LinkRow.crawl_id == crawl.id)
    )
    if show in ("broken", "blocked"):
        query = query.where(target.verdict == (Verdict.BROKEN if show == "broken" else Verdict.BLOCKED).value)
    elif show == "external":
        query = query.where(target.internal.is_(False))
    if asked.text:
        query = query.where(source.url.contains(asked.text, autoescape=True) | target.url.contains(asked.text, autoescape=True))
    with viewer.database.store("crawl").read() as session:
        if show == "all" and not asked.text:
            total = crawl.links
        else:
            total = session.scalar(select(func.count()).select_from(query.with_only_columns(LinkRow.position).subquery())) or 0
        query = query.order_by(LinkRow.source, LinkRow.position)
        query = query.limit(MOST_ROWS) if viewer.format else query.offset((asked.page - 1) * asked.size).limit(asked.size)
        rows = []
        for link, page_url, to, text in session.execute(query):
            rows.append({**link_row(link_json(link, page_url, to, text)), "href": page_link(page_url)})
    return rows, total
