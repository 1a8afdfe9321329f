"""Check url-parameters: the address has many parameters."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="url-parameters",
    group=Group.URL,
    severity=Severity.NOTICE,
    title_good=Text("The address has few parameters", "网址参数少"),
    title_bad=Text("The address has many parameters", "网址参数过多"),
    why=Text("Many parameters make endless variants of one page.", "参数多，同一页面会有无数变体。"),
    mend=Text("Keep what chooses the content; drop the rest.", "只保留决定内容的参数。"),
    source="https://developers.google.com/search/docs/crawling-indexing/url-structure",
    limits={"parameters": 3},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than three parameters."""
    if (number := page.url.partition("?")[2].count("=")) > limits["parameters"]:
        yield Finding(detail={"count": number})
