"""Check description-outside-head: the description is outside of <head>."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="description-outside-head",
    group=Group.TEXT,
    severity=Severity.WARNING,
    title_good=Text("The description stands in <head>", "描述在 <head> 里"),
    title_bad=Text("The description is outside of <head>", "描述不在 <head> 里"),
    why=Text("Engines read meta elements in <head> only.", "引擎只读取 <head> 里的 meta。"),
    mend=Text("Move it into <head>; see what ended <head> too early.", "移到 <head>，并检查是什么提前结束了 <head>。"),
    source="https://html.spec.whatwg.org/multipage/semantics.html#the-meta-element",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A description that was parsed into the body."""
    outside = [one for one in page.named("description") if not one.in_head]
    if outside:
        yield Finding(detail={"line": outside[0].line, "text": outside[0].content[:200]})
