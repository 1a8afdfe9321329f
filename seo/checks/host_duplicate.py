"""Check host-duplicate: the home page answers under a second host or scheme."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site
from seo.sketch import alike

meta = CheckMeta(
    id="host-duplicate",
    group=Group.HTTP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The site has one address", "网站只有一个主域名"),
    title_bad=Text("The home page answers under a second host or scheme", "首页在另一域名或协议下也能打开"),
    why=Text("Every page exists twice; links and weight split.", "每一页都有两份，链接和权重被分散。"),
    mend=Text("Redirect the other host and scheme to the main one (301).", "把另一个域名或协议 301 到主域名。"),
    source="https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls",
    limits={"alike": 0.9},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """www and without, http and https: both answer 200 with the same text."""
    home = site.home
    if home is None:
        return
    for other in site.variants:
        same = other["hash"] == home.text_hash or alike(home.sketch, bytes.fromhex(other["sketch"])) >= limits["alike"]
        if other["status"] == 200 and same:
            yield Finding(url=home.url, cause=other["url"], detail={"urls": [home.url, other["url"]], "found": other["url"]})
