"""Check h1-multiple: the page has more than one h1."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="h1-multiple",
    group=Group.TEXT,
    severity=Severity.NOTICE,
    title_good=Text("The page has one h1", "页面只有一个 h1"),
    title_bad=Text("The page has more than one h1", "页面有多个 h1"),
    why=Text("Several main headings blur what the page is about.", "多个主标题会模糊页面主题。"),
    mend=Text("Keep one h1; make the others h2.", "保留一个 h1，其余改为 h2。"),
    source="Screaming Frog's thresholds; issue list",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than one with text."""
    found = [one for one in page.headings if one.level == 1 and one.text]
    if len(found) > 1:
        yield Finding(detail={"count": len(found), "texts": [one.text for one in found[:10]], "lines": [one.line for one in found[:10]]})
