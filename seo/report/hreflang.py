"""What the crawl's pages say of their other languages, as a table: one row an entry, with whether it is returned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from growth.db import Database
from growth.language import _
from growth.reporting import Table
from seo.crawls import Crawl
from seo.links import KIND_NUMBER
from seo.listing import indexability
from seo.models import LinkRow, PageRow, TextRow, UrlRow
from seo.page import LinkKind
from seo.report.columns import HREFLANG
from seo.wording import indexability_word

_HREFLANG = KIND_NUMBER[LinkKind.HREFLANG]


def hreflang_table(database: Database, crawl: Crawl, *, most: int) -> Table:
    """Every hreflang of the site, page by page."""
    with database.store("crawl").read() as session:
        rows = list(_rows(session, crawl.id, most))
    return Table(id="hreflang", title="hreflang", columns=HREFLANG, rows=rows, size=max(len(rows), 1))


def _rows(session: Session, crawl_id: int, most: int) -> Iterator[dict[str, Any]]:
    listed = _listed(session, crawl_id)
    if not listed:
        return
    source, target, page, other = aliased(UrlRow), aliased(UrlRow), aliased(PageRow), aliased(PageRow)
    query = (
        select(LinkRow, TextRow.text, source.url, page.title, page.lang, target, other)
        .join(source, (source.crawl_id == LinkRow.crawl_id) & (source.id == LinkRow.source))
        .join(page, (page.crawl_id == LinkRow.crawl_id) & (page.id == LinkRow.source))
        .outerjoin(target, (target.crawl_id == LinkRow.crawl_id) & (target.id == LinkRow.target))
        .outerjoin(other, (other.crawl_id == LinkRow.crawl_id) & (other.id == LinkRow.target))
        .outerjoin(TextRow, (TextRow.crawl_id == LinkRow.crawl_id) & (TextRow.id == LinkRow.text_id))
        .where(LinkRow.crawl_id == crawl_id, LinkRow.kind == _HREFLANG)
        .order_by(LinkRow.source, LinkRow.position)
        .limit(most)
    )
    for link, lang, url, title, page_lang, to, read in session.execute(query.execution_options(yield_per=2000)):
        itself = to is not None and to.id == link.source
        fetched = to is not None and to.state == "fetched"
        state = indexability(to, read) if fetched else ""
        back = listed.get(link.target or 0, {}).get(link.source) if read is not None and not itself else None
        yield {
            "url": url,
            "title": title,
            "page_lang": page_lang,
            "occurrences": sum(len(langs) for langs in listed[link.source].values()),
            "lang": lang or "",
            "target": to.url if to is not None else link.href,
            "written_in": "HTML" if link.line else "HTTP",
            "status": to.status if to is not None else None,
            "indexability_words": (_("Indexable") if state == "indexable" else _("Non-Indexable")) if state else None,
            "indexability": indexability_word(state) if state and state != "indexable" else "",
            "itself": _("yes") if itself else "",
            "returned": "" if read is None or itself else _("yes") if back else _("no"),
            "returned_lang": ", ".join(back or ()),
        }


def _listed(session: Session, crawl_id: int) -> dict[int, dict[int, list[str]]]:
    """The languages under which each page lists each target; 0 stands for what is no address."""
    query = (
        select(LinkRow.source, LinkRow.target, TextRow.text)
        .outerjoin(TextRow, (TextRow.crawl_id == LinkRow.crawl_id) & (TextRow.id == LinkRow.text_id))
        .where(LinkRow.crawl_id == crawl_id, LinkRow.kind == _HREFLANG)
    )
    listed: dict[int, dict[int, list[str]]] = {}
    for source, target, lang in session.execute(query.execution_options(yield_per=5000)).tuples():
        listed.setdefault(source, {}).setdefault(target or 0, []).append(lang or "")
    return listed
