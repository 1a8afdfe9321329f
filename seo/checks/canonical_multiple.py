"""Check canonical-multiple: the page names several canonical addresses."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="canonical-multiple",
    group=Group.CANONICAL,
    severity=Severity.ERROR,
    title_good=Text("The page names one canonical address", "只有一个规范网址"),
    title_bad=Text("The page names several canonical addresses", "声明了多个不同的规范网址"),
    why=Text("Engines then ignore them all.", "引擎会全部忽略。"),
    mend=Text("Keep one.", "只保留一个。"),
    source="https://developers.google.com/search/docs/crawling-indexing/canonicalization",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than one, and they differ."""
    targets = list(dict.fromkeys(one.target or one.href for one in page.canonicals if one.href and not one.header))
    if len(targets) > 1:
        yield Finding(detail={"urls": targets, "count": len(targets)})
