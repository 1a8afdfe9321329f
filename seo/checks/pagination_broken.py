"""Check pagination-broken: rel=next or rel=prev leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam, select

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow
from seo.page import LinkKind
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="pagination-broken",
    group=Group.LINKS,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Pagination leads on", "分页可用"),
    title_bad=Text("rel=next or rel=prev leads nowhere", "rel=next/prev 指向无效"),
    why=Text("Engines that go by it lose the rest of the list.", "依赖它的引擎会漏掉后面的列表页。"),
    mend=Text("Make it the address of the link that visitors click.", "与访客点击的翻页链接保持一致。"),
    source="SEOnaut, Screaming Frog",
)


_KINDS = (stored.KIND_NUMBER[LinkKind.NEXT], stored.KIND_NUMBER[LinkKind.PREV])


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Not 200, or no link on the page that leads there."""
    for link, url, _anchor in site.links(LinkRow.kind.in_(_KINDS), LinkRow.target.is_not(None)):
        target = site.target(link.target or 0)
        kind = stored.KINDS[link.kind].value
        if target.state == "fetched" and target.status != 200:
            yield Finding(url=url, detail={"target": target.url, "status": target.status, "value": kind})
        elif not site.session.scalar(_CLICKED, {"crawl": site.crawl_id, "source": link.source, "target": target.id}):
            yield Finding(url=url, detail={"target": target.url, "found": "no link", "value": kind})


_link = LinkRow.__table__.c
_CLICKED = (
    select(_link.position)
    .where(
        _link.crawl_id == bindparam("crawl"),
        _link.source == bindparam("source"),
        _link.target == bindparam("target"),
        _link.kind.in_(stored.CLICKED),
    )
    .limit(1)
)
