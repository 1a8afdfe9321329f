"""Check sitemap-index-refused: baidu does not process sitemap index files."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-index-refused",
    group=Group.SITEMAP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Sitemaps suit Baidu", "站点地图适合百度"),
    title_bad=Text("Baidu does not process sitemap index files", "百度不处理站点地图索引文件"),
    why=Text("What the index lists never gets to Baidu.", "索引里列出的内容百度收不到。"),
    mend=Text("Hand in the single files: growth seo sitemap --for baidu.", "逐个提交文件：growth seo sitemap --for baidu。"),
    source="https://www.wbolt.com/submit-sitemap-url-to-baidu.html",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """An index file, on a site for the mainland."""
    if not site.facts.mainland:
        return
    for row, url, _problems in site.sitemaps:
        if row.kind == "index":
            yield Finding(url=url, detail={"count": row.entries})
