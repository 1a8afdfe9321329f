"""Check sitemap-url-not-200: the sitemap lists an address that does not answer."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.listed import listed_urls
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-url-not-200",
    group=Group.SITEMAP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("The sitemap lists pages that answer", "站点地图中的网址可访问"),
    title_bad=Text("The sitemap lists an address that does not answer", "站点地图包含打不开的网址"),
    why=Text("Engines lose trust in the whole file.", "引擎会降低对整个文件的信任。"),
    mend=Text("Take it out, or bring the page back.", "移除该网址或恢复页面。"),
    source="https://www.sitemaps.org/protocol.html",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """400 or more, or no answer."""
    for sitemap, target in listed_urls(site):
        if target.verdict == "broken":
            yield Finding(url=target.url, detail={"sitemap": sitemap, "status": target.status})
