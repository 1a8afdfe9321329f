"""Check robots-blocks-page: a page that the site links to is disallowed in robots.txt."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.crawl.scope import Reason, origin_of
from seo.models import UrlRow
from seo.robots import verdict
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="robots-blocks-page",
    group=Group.INDEX,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Linked pages may be crawled", "有链接的页面允许抓取"),
    title_bad=Text("A page that the site links to is disallowed in robots.txt", "站内有链接的页面被 robots.txt 屏蔽"),
    why=Text("Engines cannot read it, and weight that flows there is lost.", "引擎读不到它，流向它的权重也浪费了。"),
    mend=Text("Allow it, or take the links away.", "放行，或去掉链接。"),
    source="RFC 9309",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Disallowed for this crawl; where it ignores robots.txt, for all."""
    query = select(UrlRow).where(UrlRow.internal.is_(True), UrlRow.kind == "page")
    if site.robots_obeyed:
        query = query.where(UrlRow.reason == Reason.ROBOTS.value)
    for target in site.targets(query):
        robots = site.robots.get(origin_of(target.url))
        if robots is None:
            continue
        found = verdict(robots, site.user_agent, target.url)
        if found.allowed:
            continue
        sources, pages, links = site.sources_of([target.id], kinds=stored.CLICKED)
        if sources:
            yield Finding(
                url=target.url,
                detail={
                    "value": found.rule,
                    "line": found.line,
                    "sources": [source.url for source in sources],
                    "source_count": pages,
                    "link_count": links,
                },
            )
