"""Check hreflang-no-self: the page does not list itself among its languages."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="hreflang-no-self",
    group=Group.CANONICAL,
    severity=Severity.WARNING,
    title_good=Text("The languages include the page itself", "hreflang 包含本页"),
    title_bad=Text("The page does not list itself among its languages", "hreflang 未包含本页自己"),
    why=Text("Engines may ignore the whole set.", "引擎可能忽略整组。"),
    mend=Text("Add an entry for the page's own language.", "加上本页语言的条目。"),
    source="https://developers.google.com/search/docs/specialty/international/localized-versions",
)


def applies(page: Page) -> bool:
    """Pages with hreflang."""
    return bool(page.hreflangs)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """The page's own address is not among the targets."""
    if not any(one.target == page.url for one in page.hreflangs):
        yield Finding(detail={"count": len(page.hreflangs)})
