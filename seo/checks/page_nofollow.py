"""Check page-nofollow: the page asks that its links are not followed."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="page-nofollow",
    group=Group.INDEX,
    severity=Severity.NOTICE,
    title_good=Text("Engines may follow the page's links", "页面链接可被跟踪"),
    title_bad=Text("The page asks that its links are not followed", "页面设置了 nofollow"),
    why=Text("No weight flows from this page to any other of the site.", "本页不会向站内其他页面传递权重。"),
    mend=Text("Take nofollow away unless the page is full of foreign links.", "除非满是站外链接，否则去掉 nofollow。"),
    source="https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """nofollow or none for all engines."""
    found = page.directive("nofollow", "none")
    if found is not None:
        yield Finding(detail={"found": "X-Robots-Tag" if found.header else "meta robots", "value": found.name, "line": found.line})
