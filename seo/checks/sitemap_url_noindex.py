"""Check sitemap-url-noindex: the sitemap lists a page that asks not to be indexed."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.listed import listed_urls
from seo.models import PageRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-url-noindex",
    group=Group.SITEMAP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The sitemap lists pages for the index", "站点地图列出可收录页面"),
    title_bad=Text("The sitemap lists a page that asks not to be indexed", "站点地图包含 noindex 页面"),
    why=Text("One says index me, the other says no.", "一边请求收录，一边拒绝收录。"),
    mend=Text("Take it out, or take noindex away.", "从地图移除，或去掉 noindex。"),
    source="https://www.sitemaps.org/protocol.html",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """noindex on a listed page."""
    noindex = {page.id for page in site.pages(PageRow.noindex.is_(True))}
    for sitemap, target in listed_urls(site) if noindex else ():
        if target.id in noindex:
            yield Finding(url=target.url, detail={"sitemap": sitemap})
