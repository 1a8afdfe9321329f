"""Check sitemap-page-missing: an indexable page is not in the sitemap."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-page-missing",
    group=Group.SITEMAP,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("The sitemap lists every page", "站点地图包含所有页面"),
    title_bad=Text("An indexable page is not in the sitemap", "可收录页面不在站点地图里"),
    why=Text("Engines find it by links only, and later.", "引擎只能靠链接、更晚发现它。"),
    mend=Text("Add it: growth seo sitemap.", "加入地图：growth seo sitemap。"),
    source="https://www.sitemaps.org/protocol.html",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Where there is a sitemap at all."""
    if not any(row.entries for row, _url, _problems in site.sitemaps):
        return
    there = {target for _sitemap, target, _lastmod in site.listed()}
    for page in site.pages():
        if page.indexable and page.id not in there:
            yield Finding(url=page.url, detail={"text": page.title})
