"""Check soft-404: a page says that it is gone, but answers 200."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import PageFacts, Site
from seo.sketch import alike

meta = CheckMeta(
    id="soft-404",
    group=Group.HTTP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Pages that are gone answer 404", "不存在的页面返回 404"),
    title_bad=Text("A page says that it is gone, but answers 200", "页面已不存在却返回 200（软 404）"),
    why=Text(
        "Engines keep looking at it, and a searcher may land on “not found”.",
        "引擎会反复抓取，搜索者可能点进“页面不存在”。",
    ),
    mend=Text("Answer 404 or 410, or bring the content back.", "返回 404 或 410，或恢复内容。"),
    source="https://developers.google.com/search/docs/crawling-indexing/http-network-errors#soft-404-errors",
    limits={
        "alike": 0.9,
        "phrases": ("页面不存在", "页面没有找到", "找不到", "已删除", "已下架", "page not found", "not found"),
        "most_text": 2000,
    },
)


_NUMBER = re.compile(r"^\W*404\b|\b404\W*(not found|error|页面|错误|找不到)|(error|错误)\W*404\b", re.I)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """As good as the answer to an address that cannot exist, or “not found” in title or h1 of a short page. The home page is exempt."""
    probes = [probe for found in site.probes.values() for probe in found if probe.get("sketch") is not None and probe.get("length", 0) > 0]
    home = site.home
    for page in site.pages():
        if home is not None and page.id == home.id:
            continue
        told = " ".join((page.title, page.h1))
        phrase = next((one for one in limits["phrases"] if one in told.lower()), None) or ("404" if _NUMBER.search(told) else None)
        if phrase and page.words + page.han <= limits["most_text"]:
            yield Finding(url=page.url, detail={"found": "phrase", "value": phrase, "text": page.title})
        elif (probe := _like_a_probe(page, probes, limits["alike"])) is not None:
            yield Finding(url=page.url, detail={"found": "probe", "text": page.title, "value": probe["title"]})


def _like_a_probe(page: PageFacts, probes: list[Mapping[str, Any]], enough: float) -> Mapping[str, Any] | None:
    """The probe of the same folder (or the root) that this page is as good as."""
    for probe in probes:
        if probe["hash"] == page.text_hash or alike(page.sketch, bytes.fromhex(probe["sketch"])) >= enough:
            return probe
    return None
