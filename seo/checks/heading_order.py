"""Check heading-order: headings skip a level."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="heading-order",
    group=Group.TEXT,
    severity=Severity.NOTICE,
    title_good=Text("Headings go down step by step", "小标题层级连续"),
    title_bad=Text("Headings skip a level", "小标题层级跳跃"),
    why=Text(
        "Readers with a screen reader move by headings, and lose the thread where a level is missing.",
        "使用读屏的访客靠标题跳转，缺了一级就会迷路。",
    ),
    mend=Text("Use h2 below h1, h3 below h2.", "h1 下用 h2，h2 下用 h3。"),
    source="https://www.w3.org/WAI/tutorials/page-structure/headings/",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """The first jump by more than one level downwards."""
    before = 0
    for heading in page.headings:
        if before and heading.level > before + 1:
            yield Finding(detail={"text": heading.text[:200], "found": f"h{before} → h{heading.level}", "line": heading.line})
            return
        before = heading.level
