"""Check sitemap-bomb: a sitemap is a trap."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-bomb",
    group=Group.SITEMAP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Sitemaps are plain lists", "站点地图结构正常"),
    title_bad=Text("A sitemap is a trap", "站点地图是陷阱"),
    why=Text("Engines stop reading it, as this crawl did.", "引擎会停止读取，本次抓取也已停止。"),
    mend=Text("Remove entities and loops; at most one index level.", "去掉实体和循环引用，索引最多一层。"),
    source="https://en.wikipedia.org/wiki/Billion_laughs_attack",
)


_FAULTS = {"entities": "entities", "loop": "loop", "too-deep": "levels"}


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Entities, an index that lists itself, or more than five levels of index files."""
    for _row, url, problems in site.sitemaps:
        found = next((one for one in problems if one["fault"] in _FAULTS), None)
        if found is not None:
            yield Finding(url=url, detail={"found": _FAULTS[found["fault"]], "line": found["line"], "text": found["text"]})
