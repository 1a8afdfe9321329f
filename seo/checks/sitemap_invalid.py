"""Check sitemap-invalid: a sitemap cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-invalid",
    group=Group.SITEMAP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Sitemaps can be read", "站点地图可解析"),
    title_bad=Text("A sitemap cannot be read", "站点地图无法解析"),
    why=Text("Engines leave out the file, or what follows the fault.", "引擎会丢弃整个文件或错误之后的部分。"),
    mend=Text("Correct the place that is named.", "改正指出的位置。"),
    source="https://www.sitemaps.org/protocol.html",
)


_FAULTS = {"xml", "root", "namespace", "html", "bad-loc", "relative-loc", "bad-gzip", "empty", "encoding"}


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """XML error, wrong root or namespace, relative address, an HTML page in its place; or the file does not answer."""
    for _row, url, problems in site.sitemaps:
        mine = [one for one in problems if one["fault"] in _FAULTS]
        if mine:
            first = mine[0]
            yield Finding(
                url=url,
                detail={"found": first["fault"], "line": first["line"], "text": first["text"], "count": len(mine), "lines": mine[:50]},
            )
    named = {url for robots in site.robots.values() for url, _line in robots.sitemaps}
    for target in site.targets(select(UrlRow).where(UrlRow.kind == "sitemap", UrlRow.verdict == "broken")):
        if target.url in named or target.depth:
            yield Finding(url=target.url, detail={"status": target.status, "fault": target.fault, "found": "no answer"})
