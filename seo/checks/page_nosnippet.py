"""Check page-nosnippet: the page forbids a snippet."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="page-nosnippet",
    group=Group.INDEX,
    severity=Severity.NOTICE,
    title_good=Text("Engines may show a snippet", "允许显示摘要"),
    title_bad=Text("The page forbids a snippet", "页面禁止显示摘要"),
    why=Text("A result without text wins few clicks.", "没有摘要的结果很少有人点。"),
    mend=Text("Take nosnippet (or max-snippet:0) away.", "去掉 nosnippet 或 max-snippet:0。"),
    source="https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """nosnippet, or max-snippet:0."""
    found = page.directive("nosnippet")
    snippet = page.directive("max-snippet")
    if found is None and snippet is not None and snippet.value == "0":
        found = snippet
    if found is not None:
        yield Finding(detail={"value": found.name, "line": found.line})
