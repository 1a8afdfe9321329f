"""Check sitemap-url-blocked: the sitemap lists an address that robots.txt disallows."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.crawl.scope import Reason
from seo.listed import listed_urls
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-url-blocked",
    group=Group.SITEMAP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The sitemap lists pages that may be fetched", "站点地图中的网址允许抓取"),
    title_bad=Text("The sitemap lists an address that robots.txt disallows", "站点地图包含被 robots.txt 屏蔽的网址"),
    why=Text("One says come, the other says stay out.", "一边请人来，一边又拦在门外。"),
    mend=Text("Allow it, or take it out.", "放行，或从地图移除。"),
    source="https://www.sitemaps.org/protocol.html",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Disallowed."""
    for sitemap, target in listed_urls(site):
        if target.reason in (Reason.ROBOTS, Reason.ROBOTS_UNREACHABLE):
            yield Finding(url=target.url, detail={"sitemap": sitemap})
