"""Check noindex-and-blocked: noindex on a page that engines may not fetch."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.crawl.scope import origin_of
from seo.models import PageRow
from seo.robots import ENGINES, verdict
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="noindex-and-blocked",
    group=Group.INDEX,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("noindex can be seen", "noindex 能被引擎看到"),
    title_bad=Text("noindex on a page that engines may not fetch", "页面设了 noindex，却又被 robots.txt 屏蔽"),
    why=Text(
        "They never see the noindex, and may keep the bare address in their index.",
        "引擎看不到 noindex，可能仍收录这个网址。",
    ),
    mend=Text("Allow the page in robots.txt until it is gone from the index.", "先在 robots.txt 放行，等移出索引再屏蔽。"),
    source="https://developers.google.com/search/docs/crawling-indexing/block-indexing",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Pages with noindex that robots.txt disallows for an engine."""
    for page in site.pages(PageRow.noindex.is_(True)):
        robots = site.robots.get(origin_of(page.url))
        if robots is None:
            continue
        blocked = [engine for engine in ENGINES if not verdict(robots, engine, page.url).allowed]
        if blocked:
            yield Finding(url=page.url, detail={"value": ", ".join(blocked), "text": page.title})
