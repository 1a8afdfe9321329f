"""Check sitemap-url-noncanonical: the sitemap lists a page with another canonical."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.listed import listed_urls
from seo.models import PageRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-url-noncanonical",
    group=Group.SITEMAP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The sitemap lists canonical addresses", "站点地图列出规范网址"),
    title_bad=Text("The sitemap lists a page with another canonical", "站点地图包含非规范页面"),
    why=Text("Engines get an address that is not meant to count.", "引擎拿到的不是规范网址。"),
    mend=Text("List the canonical address.", "改为规范网址。"),
    source="https://www.sitemaps.org/protocol.html",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """The page names another page as its canonical."""
    other = {page.id: page.canonical for page in site.pages(PageRow.canonical.is_not(None)) if page.canonical != page.id}
    for sitemap, target in listed_urls(site) if other else ():
        if target.id in other:
            yield Finding(url=target.url, detail={"sitemap": sitemap, "target": site.target(other[target.id] or 0).url})
