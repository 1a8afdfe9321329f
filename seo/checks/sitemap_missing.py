"""Check sitemap-missing: there is no sitemap."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-missing",
    group=Group.SITEMAP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("There is a sitemap", "有站点地图"),
    title_bad=Text("There is no sitemap", "没有站点地图"),
    why=Text("Engines find new pages later, and some never.", "新页面会更晚被发现，有的永远不会。"),
    mend=Text("growth seo sitemap writes one; name it in robots.txt.", "用 growth seo sitemap 生成，并写进 robots.txt。"),
    source="https://www.sitemaps.org/protocol.html",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """None named in robots.txt that could be read, and none at /sitemap.xml."""
    if not site.sitemaps:
        yield Finding(url=site.facts.home, cause="sitemap", detail={})
