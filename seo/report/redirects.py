"""The crawl's redirects as a table: where each leads in the end, over how many hops, and how many pages link to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.db import Database
from growth.language import _
from growth.reporting import Table
from seo.crawls import Crawl
from seo.links import CLICKED
from seo.models import InlinkRow, LinkRow, UrlRow
from seo.report.columns import REDIRECTS
from seo.wording import fault_word

#: ids in one IN (…)
_MANY = 500


def redirects_table(database: Database, crawl: Crawl, *, most: int) -> Table:
    """Every address of the site that redirects, those that most pages link to first."""
    with database.store("crawl").read() as session:
        rows = sorted(_rows(session, crawl.id, most), key=lambda row: (-row["inlinks"], row["url"]))
    return Table(id="redirects", title=_("Redirects"), columns=REDIRECTS, rows=rows, size=max(len(rows), 1))


def _rows(session: Session, crawl_id: int, most: int) -> Iterator[dict[str, Any]]:
    mine = (UrlRow.crawl_id == crawl_id, UrlRow.redirect_to.is_not(None))
    hops = dict(session.execute(select(UrlRow.id, UrlRow.redirect_to).where(*mine)).tuples().all())
    ways = {}
    for id in session.scalars(select(UrlRow.id).where(*mine, UrlRow.internal.is_(True)).order_by(UrlRow.id).limit(most)):
        way = [id]
        while (following := hops.get(way[-1])) is not None:
            way.append(following)
            if following in way[:-1]:
                break
        ways[id] = way
    wanted = sorted({id for way in ways.values() for id in way})
    known = {row.id: row for part in _parts(wanted) for row in session.execute(_facts(crawl_id, part))}
    linking = {id: number for part in _parts(sorted(ways)) for id, number in session.execute(_inlinks(crawl_id, part)).tuples()}
    for id, way in ways.items():
        first, last = known[id], known[way[-1]]
        loops = way[-1] in way[:-1]
        yield {
            "url": first.url,
            "status": first.status,
            "redirect_url": known[way[1]].url,
            "hops": len(way) - 1,
            "loop": _("yes") if loops else "",
            "final_url": last.url,
            "final_status": None if loops else last.status,
            "fault": fault_word(last.fault) if last.fault and not loops else None,
            "chain": " → ".join(known[one].url for one in way) if len(way) > 2 else "",
            "inlinks": linking.get(id, 0),
        }


def _facts(crawl_id: int, ids: Sequence[int]) -> Any:
    return select(UrlRow.id, UrlRow.url, UrlRow.status, UrlRow.fault).where(UrlRow.crawl_id == crawl_id, UrlRow.id.in_(ids))


def _inlinks(crawl_id: int, ids: Sequence[int]) -> Any:
    """Pages with a link that visitors click: a redirect itself is kept as a link too, and none of these."""
    link = (LinkRow.crawl_id == InlinkRow.crawl_id) & (LinkRow.source == InlinkRow.source) & (LinkRow.position == InlinkRow.position)
    query = select(InlinkRow.target, func.count(func.distinct(InlinkRow.source))).join(LinkRow, link)
    mine = (InlinkRow.crawl_id == crawl_id, InlinkRow.target.in_(ids), LinkRow.kind.in_(CLICKED))
    return query.where(*mine).group_by(InlinkRow.target)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for begin in range(0, len(ids), _MANY):
        yield ids[begin : begin + _MANY]
