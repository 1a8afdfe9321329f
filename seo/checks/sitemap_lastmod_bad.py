"""Check sitemap-lastmod-bad: dates in the sitemap cannot be believed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="sitemap-lastmod-bad",
    group=Group.SITEMAP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Dates in the sitemap can be believed", "站点地图的日期可信"),
    title_bad=Text("Dates in the sitemap cannot be believed", "站点地图的日期不可信"),
    why=Text("Engines that catch a wrong date ignore all of them.", "引擎发现日期不可信就会全部忽略。"),
    mend=Text("Write when the page really changed (W3C date), or leave it out.", "写真实修改时间（W3C 格式），或干脆不写。"),
    source="https://www.sitemaps.org/protocol.html#lastmoddef",
    limits={"same_day": 10},
)


_W3C = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?)?)?")


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """No W3C date, in the future, or all of a file equal to the day of the crawl."""
    days: dict[int, set[str]] = {}
    bad: dict[int, list[tuple[int, str, str]]] = {}
    number: Counter[int] = Counter()
    tomorrow = (site.now + timedelta(days=1)).date().isoformat()
    for sitemap, target, lastmod in site.listed():
        if lastmod is None:
            continue
        number[sitemap] += 1
        days.setdefault(sitemap, set()).add(lastmod[:10])
        if not _W3C.fullmatch(lastmod) or not _exists(lastmod):
            bad.setdefault(sitemap, []).append((target, lastmod, "format"))
        elif lastmod[:10] > tomorrow:
            bad.setdefault(sitemap, []).append((target, lastmod, "future"))
    today = {site.now.date().isoformat(), (site.now + timedelta(hours=8)).date().isoformat()}
    for row, url, _problems in site.sitemaps:
        if row.id in bad:
            found = bad[row.id]
            urls = site.urls_by_id([target for target, _text, _why in found[:20]])
            yield Finding(url=url, detail={"found": found[0][2], "value": found[0][1], "count": len(found), "urls": list(urls.values())})
        elif number[row.id] >= limits["same_day"] and len(days[row.id]) == 1 and days[row.id] <= today:
            yield Finding(url=url, detail={"found": "all of today", "value": next(iter(days[row.id])), "count": number[row.id]})


def _exists(text: str) -> bool:
    try:
        date.fromisoformat((text + "-01-01")[:10] if len(text) < 10 else text[:10])
    except ValueError:
        return False
    return True
