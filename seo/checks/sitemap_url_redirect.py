"""Check sitemap-url-redirect: the sitemap lists an address that redirects."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.listed import listed_urls
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-url-redirect",
    group=Group.SITEMAP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The sitemap lists final addresses", "站点地图列出的是最终网址"),
    title_bad=Text("The sitemap lists an address that redirects", "站点地图包含跳转网址"),
    why=Text("Engines get the address that does not count.", "引擎拿到的不是最终网址。"),
    mend=Text("List where it leads.", "改为最终网址。"),
    source="https://www.sitemaps.org/protocol.html",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """A 3xx."""
    for sitemap, target in listed_urls(site):
        if target.redirect_to is not None:
            yield Finding(
                url=target.url, detail={"sitemap": sitemap, "status": target.status, "location": site.target(site.end_of(target.id)).url}
            )
