"""The links of one page, each way, and what a browser loads to show it: short on its sheet, whole and in pages at ``/seo/page/links``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from growth import urls
from growth.errors import GrowthError
from growth.language import Text, _
from growth.reporting import Column, Empty, Kind, Table, TableState
from growth.web import Missing, Page, Viewer, page
from seo import links as stored
from seo.crawls import Crawl, find_crawl
from seo.models import InlinkRow, LinkRow, TextRow, UrlRow
from seo.page import LinkKind
from seo.pages.evidence import page_link
from seo.pages.tabs import NAV, ROLES, tabs
from seo.wording import fault_word, kind_word, place_word, reason_word

#: rows on the page's sheet
SHORT = 20
#: rows of one download
MOST_ROWS = 200_000
#: what is loaded to show the page or to share it, and what is fetched ahead
_LOADED = (*stored.RESOURCES, stored.KIND_NUMBER[LinkKind.OG_IMAGE], stored.KIND_NUMBER[LinkKind.OTHER])


class Side(StrEnum):
    """Which links."""

    #: links of other pages that lead here
    INTO = "into"
    #: links on this page that people follow
    OUT = "out"
    #: scripts, styles, pictures, media, frames
    RESOURCES = "resources"

    @property
    def label(self) -> str:
        """The heading."""
        return str(_TITLES[self])


_TITLES: Mapping[Side, Text] = {
    Side.INTO: Text("Links to this page", "指向本页的链接"),
    Side.OUT: Text("Links on this page", "本页上的链接"),
    Side.RESOURCES: Text("Scripts, styles, images and media", "脚本、样式、图片与媒体"),
}
_NOTHING: Mapping[Side, Text] = {
    Side.INTO: Text("No page of the site links here.", "站内没有页面链接到这里。"),
    Side.OUT: Text("This page links nowhere.", "本页没有链接。"),
    Side.RESOURCES: Text("This page loads nothing.", "本页没有加载任何资源。"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLinksPage:
    """The variables of page_links.html."""

    tabs: Sequence[tuple[str, str, bool]]
    url: str
    sheet: str
    #: (words, address, current)
    chips: Sequence[tuple[str, str, bool]]
    table: Table


@page("/seo/page/links", nav=NAV, roles=ROLES)
def page_links(viewer: Viewer, url: str, show: str = "into") -> Page:
    """All links to a page, on it, or what it loads: filtered, in pages, as a file."""
    try:
        wanted, side = urls.normal(url), Side(show)
    except (urls.NotAUrl, ValueError) as fault:
        raise Missing from fault
    crawl, id = find_page(viewer, wanted)
    table = links_table(viewer, crawl, id, side, asked=TableState.of(viewer.address), whole=bool(viewer.format))
    if viewer.format:
        return viewer.download(table, name=f"seo-links-{side}")
    shown = PageLinksPage(
        tabs=tabs("pages"),
        url=wanted,
        sheet=page_link(wanted),
        chips=[(one.label, viewer.address.to(show=one.value, page=None, q=None), one is side) for one in Side],
        table=table,
    )
    crumbs = [("SEO", "/seo"), (_("Pages"), "/seo/pages"), (wanted, page_link(wanted)), (side.label, "")]
    return viewer.render("web/seo/page_links.html", shown, title=side.label, crumbs=crumbs)


def find_page(viewer: Viewer, url: str) -> tuple[Crawl, int]:
    """The newest judged crawl and the number that an address has in it. Raises Missing."""
    with viewer.database.read() as session:
        try:
            crawl = find_crawl(session)
        except GrowthError as fault:
            raise Missing from fault
    with viewer.database.store("crawl").read() as session:
        id = session.scalar(select(UrlRow.id).where(UrlRow.crawl_id == crawl.id, UrlRow.url == url))
    if id is None:
        raise Missing
    return crawl, id


def links_table(viewer: Viewer, crawl: Crawl, id: int, side: Side, *, asked: TableState, whole: bool = False) -> Table:
    """The links of a page on one side, as far as `asked`; all of them where `whole`."""
    query = _into(crawl.id, id) if side is Side.INTO else _out(crawl.id, id, side)
    if asked.text:
        query = query.where(UrlRow.url.contains(asked.text, autoescape=True) | TextRow.text.contains(asked.text, autoescape=True))
    with viewer.database.store("crawl").read() as session:
        total = _count(session, query)
        query = query.limit(MOST_ROWS) if whole else query.offset((asked.page - 1) * asked.size).limit(asked.size)
        rows = [_row(link, to, text) for link, to, text in session.execute(query).tuples()]
    return Table(
        id=side.value,
        title=side.label,
        columns=_RESOURCE_COLUMNS if side is Side.RESOURCES else _LINK_COLUMNS,
        rows=rows,
        total=total,
        page=asked.page,
        size=asked.size,
        text=asked.text,
        empty=Empty(title=str(_NOTHING[side]), text=""),
    )


def _count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(select(func.count()).select_from(query.with_only_columns(LinkRow.position).order_by(None).subquery())) or 0


def _out(crawl_id: int, id: int, side: Side) -> Select[LinkRow, UrlRow, str]:
    return (
        select(LinkRow, UrlRow, TextRow.text)
        .outerjoin(UrlRow, (UrlRow.crawl_id == LinkRow.crawl_id) & (UrlRow.id == LinkRow.target))
        .outerjoin(TextRow, (TextRow.crawl_id == LinkRow.crawl_id) & (TextRow.id == LinkRow.text_id))
        .where(LinkRow.crawl_id == crawl_id, LinkRow.source == id)
        .where(LinkRow.kind.in_(_LOADED) if side is Side.RESOURCES else LinkRow.kind.not_in(_LOADED))
        .order_by(LinkRow.position)
    )


def _into(crawl_id: int, id: int) -> Select[LinkRow, UrlRow, str]:
    return (
        select(LinkRow, UrlRow, TextRow.text)
        .join(
            InlinkRow,
            (InlinkRow.crawl_id == LinkRow.crawl_id) & (InlinkRow.source == LinkRow.source) & (InlinkRow.position == LinkRow.position),
        )
        .join(UrlRow, (UrlRow.crawl_id == LinkRow.crawl_id) & (UrlRow.id == LinkRow.source))
        .outerjoin(TextRow, (TextRow.crawl_id == LinkRow.crawl_id) & (TextRow.id == LinkRow.text_id))
        .where(InlinkRow.crawl_id == crawl_id, InlinkRow.target == id)
        .order_by(InlinkRow.source, InlinkRow.position)
    )


def _row(link: LinkRow, other: UrlRow | None, text: str | None) -> dict[str, Any]:
    url = other.url if other is not None else link.href or ""
    fault = stored.fault_of(link.flags)
    return {
        "url": url,
        "anchor": text or "",
        "kind": kind_word(stored.KINDS[link.kind]),
        "place": place_word(stored.place_of(link.flags)),
        "rel": " ".join(stored.rel_words(link.flags)),
        "line": link.line,
        "status": _status(other) if other is not None else fault_word(fault) if fault is not None else "",
        "media_type": other.media_type if other is not None else None,
        "size_bytes": other.size_bytes if other is not None else None,
        "ttfb_ms": other.ttfb_ms if other is not None else None,
        "href": page_link(url) if other is not None else None,
    }


def _status(url: UrlRow) -> str:
    """What came of an address: its status, the fault, or why it was not fetched."""
    if url.status:
        return str(url.status)
    return fault_word(url.fault) if url.fault else reason_word(url.reason) if url.reason else ""


_URL = Column(id="url", label=Text("Address", "网址"), key=True, sortable=False)
_STATUS = Column(id="status", label=Text("Status", "状态"), lead=True, sortable=False)
_KIND = Column(id="kind", label=Text("Kind", "类型"), sortable=False)
_LINE = Column(id="line", label=Text("Line", "行"), kind=Kind.NUMBER, sortable=False)
_LINK_COLUMNS = (
    _URL,
    Column(id="anchor", label=Text("Text", "文字"), kind=Kind.PROSE, lead=True, sortable=False),
    _KIND,
    Column(id="place", label=Text("Part of the page", "所在区域"), sortable=False),
    Column(id="rel", label=Text("rel", "rel"), kind=Kind.CODE, sortable=False),
    _LINE,
    _STATUS,
)
_RESOURCE_COLUMNS = (
    _URL,
    Column(id="kind", label=Text("Kind", "类型"), lead=True, sortable=False),
    _STATUS,
    Column(id="media_type", label=Text("Content type", "内容类型"), kind=Kind.CODE, sortable=False),
    Column(id="size_bytes", label=Text("Bytes", "字节数"), kind=Kind.NUMBER, sortable=False),
    Column(id="ttfb_ms", label=Text("First byte (ms)", "首字节（毫秒）"), kind=Kind.NUMBER, sortable=False),
    _LINE,
)
