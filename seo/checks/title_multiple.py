"""Check title-multiple: the page has more than one title."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="title-multiple",
    group=Group.TEXT,
    severity=Severity.WARNING,
    title_good=Text("The page has one title", "页面只有一个标题"),
    title_bad=Text("The page has more than one title", "页面有多个标题"),
    why=Text("Engines choose one of them, and it may be the wrong one.", "引擎会任选其一，可能选到不想要的那个。"),
    mend=Text("Keep one <title> in <head>.", "<head> 里只保留一个 <title>。"),
    source="https://developers.google.com/search/docs/appearance/title-link",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than one title in head; those of SVG drawings do not count."""
    titles = [one for one in page.titles if one.in_head]
    if len(titles) > 1:
        yield Finding(detail={"count": len(titles), "titles": [one.text for one in titles], "lines": [one.line for one in titles]})
