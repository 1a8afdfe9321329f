"""Check title-missing: the page has no title."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="title-missing",
    group=Group.TEXT,
    severity=Severity.ERROR,
    title_good=Text("The page has a title", "页面有标题"),
    title_bad=Text("The page has no title", "页面没有标题"),
    why=Text(
        "The title is what a searcher reads first and what engines weigh most; without one they make something up.",
        "标题是搜索者最先看到、搜索引擎最看重的文字；没有标题，引擎只能自己拼一个。",
    ),
    mend=Text("Write a <title> in <head> that says what this page offers.", "在 <head> 里写一个 <title>，说明这一页提供什么。"),
    source="https://developers.google.com/search/docs/appearance/title-link",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """No title, or a blank one."""
    if not page.title:
        yield Finding(detail={})
