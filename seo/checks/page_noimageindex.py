"""Check page-noimageindex: the page forbids its images to be indexed."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="page-noimageindex",
    group=Group.INDEX,
    severity=Severity.NOTICE,
    title_good=Text("The page's images may be found", "图片可被收录"),
    title_bad=Text("The page forbids its images to be indexed", "页面禁止收录图片"),
    why=Text("Its pictures bring no visitors from image search.", "图片搜索带不来访客。"),
    mend=Text("Take noimageindex away where pictures should be found.", "需要图片流量时去掉 noimageindex。"),
    source="https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """noimageindex for all engines."""
    found = page.directive("noimageindex")
    if found is not None:
        yield Finding(detail={"found": "X-Robots-Tag" if found.header else "meta robots", "value": found.name, "line": found.line})
