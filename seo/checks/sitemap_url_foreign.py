"""Check sitemap-url-foreign: the sitemap lists an address outside of its scope."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.crawl.scope import origin_of
from seo.listed import listed_urls
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-url-foreign",
    group=Group.SITEMAP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The sitemap lists pages of its own site", "站点地图只列本站网址"),
    title_bad=Text("The sitemap lists an address outside of its scope", "站点地图包含范围外的网址"),
    why=Text(
        "Engines ignore it unless robots.txt of that host names this sitemap.",
        "除非对方 robots.txt 声明了这个地图，否则会被忽略。",
    ),
    mend=Text("Put the sitemap at the root of the host it is for.", "把站点地图放到对应主机的根目录。"),
    source="https://www.sitemaps.org/protocol.html#location",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Another host, or above the sitemap's folder; a sitemap that robots.txt names covers its whole host."""
    named = {url for robots in site.robots.values() for url, _line in robots.sitemaps}
    for sitemap, target in listed_urls(site):
        folder = sitemap[: sitemap.rindex("/") + 1]
        other_host = origin_of(target.url) != origin_of(sitemap)
        if other_host and (sitemap not in named or not target.internal):
            yield Finding(url=target.url, detail={"sitemap": sitemap, "found": "host"})
        elif not other_host and sitemap not in named and not target.url.startswith(folder):
            yield Finding(url=target.url, detail={"sitemap": sitemap, "found": "folder"})
