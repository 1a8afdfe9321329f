"""Check page-noindex: the page asks not to be indexed."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="page-noindex",
    group=Group.INDEX,
    severity=Severity.NOTICE,
    title_good=Text("The page may be indexed", "页面允许收录"),
    title_bad=Text("The page asks not to be indexed", "页面设置了 noindex"),
    why=Text("Engines take it out of their index: nobody finds it by searching.", "引擎会把它移出索引，搜索不到。"),
    mend=Text(
        "Where it should be found, take noindex away; otherwise accept this notice.",
        "应被搜到的页面去掉 noindex；确属有意可在 accept 里接受。",
    ),
    source="https://developers.google.com/search/docs/crawling-indexing/block-indexing",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """noindex or none, from a tag or the X-Robots-Tag header; an error on the home page, goals and landing pages."""
    found = page.directive("noindex", "none")
    if found is not None:
        wanted = page.is_home or page.url in page.site.landing or page.url in page.site.goals
        detail = {"found": "X-Robots-Tag" if found.header else "meta robots", "line": found.line}
        yield Finding(detail=detail, severity=Severity.ERROR if wanted else None)
