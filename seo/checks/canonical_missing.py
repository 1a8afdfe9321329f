"""Check canonical-missing: the page names no canonical address."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="canonical-missing",
    group=Group.CANONICAL,
    severity=Severity.NOTICE,
    title_good=Text("The page names its canonical address", "页面声明了规范网址"),
    title_bad=Text("The page names no canonical address", "页面没有声明规范网址"),
    why=Text(
        "With parameters or another host in front, engines may take a copy for the page.",
        "带参数或换域名访问时，引擎可能把副本当作正本。",
    ),
    mend=Text("Add <link rel=canonical> with the page's own address.", "加上 <link rel=canonical> 指向本页网址。"),
    source="https://developers.google.com/search/docs/crawling-indexing/canonicalization",
)


def applies(page: Page) -> bool:
    """Pages that may be indexed."""
    return not page.noindex


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """None in head, none in the Link header."""
    if not any(one.href and (one.in_head or one.header) for one in page.canonicals):
        yield Finding(detail={})
