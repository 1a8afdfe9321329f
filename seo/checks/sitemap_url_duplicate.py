"""Check sitemap-url-duplicate: the sitemap lists an address twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-url-duplicate",
    group=Group.SITEMAP,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("The sitemap lists each page once", "站点地图每页只列一次"),
    title_bad=Text("The sitemap lists an address twice", "站点地图重复列出网址"),
    why=Text("It makes the file larger, and its dates contradictory.", "文件变大，日期也可能矛盾。"),
    mend=Text("List it once.", "只列一次。"),
    source="https://www.sitemaps.org/protocol.html",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """The same address again, in one file or in two."""
    counts = Counter(target for _sitemap, target, _lastmod in site.listed())
    twice = [id for id, number in counts.items() if number > 1]
    urls = site.urls_by_id(twice)
    for id in twice:
        yield Finding(url=urls[id], detail={"count": counts[id]})
