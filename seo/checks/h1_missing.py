"""Check h1-missing: the page has no h1."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="h1-missing",
    group=Group.TEXT,
    severity=Severity.WARNING,
    title_good=Text("The page has an h1", "页面有 h1"),
    title_bad=Text("The page has no h1", "页面没有 h1"),
    why=Text("The h1 tells reader and engine what this page is about.", "h1 告诉读者和引擎这一页讲什么。"),
    mend=Text("Mark the page's headline up as <h1>.", "把页面主标题标为 <h1>。"),
    source="Screaming Frog's thresholds; issue list",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """None, or only blank ones; the alt text of an image inside counts."""
    if not page.h1:
        yield Finding(detail={"count": sum(1 for one in page.headings if one.level == 1)})
