"""Check sitemap-too-large: a sitemap is larger than engines read."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-too-large",
    group=Group.SITEMAP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Sitemaps keep to their limits", "站点地图未超限"),
    title_bad=Text("A sitemap is larger than engines read", "站点地图超出上限"),
    why=Text("Engines refuse the whole file.", "引擎会拒收整个文件。"),
    mend=Text("Split it: growth seo sitemap --split.", "拆分文件：growth seo sitemap --split。"),
    source="https://www.sitemaps.org/protocol.html; Baidu 10 MB",
    limits={"entries": 50_000, "bytes": 52_428_800, "baidu_bytes": 10_485_760},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """More than 50,000 addresses or 50 MB unpacked; a warning over Baidu's 10 MB where Baidu matters."""
    for row, url, _problems in site.sitemaps:
        over = row.entries > limits["entries"] or row.size_bytes > limits["bytes"]
        baidu = site.facts.mainland and row.size_bytes > limits["baidu_bytes"]
        if over or baidu:
            detail = {"count": row.entries, "size_bytes": row.size_bytes, "value": f"{row.size_bytes / 1_048_576:.1f} MB"}
            yield Finding(url=url, detail=detail, severity=None if over else Severity.WARNING)
