"""Check title-outside-head: the title is outside of <head>."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="title-outside-head",
    group=Group.TEXT,
    severity=Severity.ERROR,
    title_good=Text("The title stands in <head>", "标题在 <head> 里"),
    title_bad=Text("The title is outside of <head>", "标题不在 <head> 里"),
    why=Text(
        "An element that does not belong into <head> ended it too early; engines then miss the title and all that follows it.",
        "<head> 里出现了不该有的元素，浏览器提前结束了 <head>；后面的标题等内容引擎都看不到。",
    ),
    mend=Text(
        "Move everything that is not head matter (div, img, p …) out of <head>.",
        "把 <head> 里不属于它的元素（div、img、p 等）移到 <body>。",
    ),
    source="https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inhead",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Titles, and all of them in the body."""
    if page.titles and not any(one.in_head for one in page.titles):
        yield Finding(detail={"text": page.titles[0].text, "line": page.titles[0].line})
