"""Check content-duplicate: several pages have the same text."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import PageRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="content-duplicate",
    group=Group.CONTENT,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Every page has a text of its own", "每页内容都不同"),
    title_bad=Text("Several pages have the same text", "多个页面正文完全相同"),
    why=Text("Engines keep one of them, and not the one you would choose.", "引擎只保留一个，未必是你想要的那个。"),
    mend=Text("Name one as canonical, or redirect the others.", "指定规范网址，或把其余页面 301。"),
    source="https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls",
    limits={"words": 20},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """The same hash of the folded main text, among indexable pages."""
    groups: dict[int, list[str]] = {}
    for page in site.pages(PageRow.words + PageRow.han >= limits["words"]):
        if page.indexable:
            groups.setdefault(page.text_hash, []).append(page.url)
    for text_hash, urls in groups.items():
        if len(urls) > 1:
            yield Finding(url=urls[0], cause=str(text_hash), detail={"urls": urls[:100], "count": len(urls)})
