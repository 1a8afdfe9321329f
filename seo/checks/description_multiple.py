"""Check description-multiple: the page has more than one description."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="description-multiple",
    group=Group.TEXT,
    severity=Severity.WARNING,
    title_good=Text("The page has one description", "页面只有一个描述"),
    title_bad=Text("The page has more than one description", "页面有多个描述"),
    why=Text("Engines choose one of them, or none.", "引擎只会任选一个，甚至都不用。"),
    mend=Text("Keep one.", "只保留一个。"),
    source="https://developers.google.com/search/docs/appearance/snippet",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than one in head."""
    found = [one for one in page.named("description") if one.in_head]
    if len(found) > 1:
        yield Finding(detail={"count": len(found), "lines": [one.line for one in found]})
