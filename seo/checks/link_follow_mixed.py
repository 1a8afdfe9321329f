"""Check link-follow-mixed: a page is linked both with and without nofollow."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import case, func, select

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="link-follow-mixed",
    group=Group.LINKS,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Links to a page agree on nofollow", "指向同一页的链接 nofollow 一致"),
    title_bad=Text("A page is linked both with and without nofollow", "同一页面既有 nofollow 链接又有普通链接"),
    why=Text("One of the two is a mistake.", "两者必有一个是疏忽。"),
    mend=Text("Decide, and make them the same.", "统一为一种。"),
    source="SEOnaut",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Pages of the site with links of both kinds."""
    nofollow = LinkRow.flags.bitwise_and(stored.NOFOLLOW)
    query = select(LinkRow.target, func.sum(case((nofollow != 0, 1), else_=0)), func.count()).where(
        LinkRow.crawl_id == site.crawl_id, LinkRow.kind.in_(stored.CLICKED), LinkRow.target.is_not(None)
    )
    query = query.group_by(LinkRow.target).having(func.max(nofollow) != func.min(nofollow))
    for id, without, number in site.session.execute(query).tuples():
        target = site.target(id or 0)
        if target.internal:
            sources, _pages, _links = site.sources_of([target.id], kinds=stored.CLICKED, most=10)
            yield Finding(
                url=sources[0].url if sources else target.url,
                cause=target.url,
                detail={"target": target.url, "count": int(without), "link_count": number, "sources": [source.url for source in sources]},
            )
