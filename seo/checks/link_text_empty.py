"""Check link-text-empty: a link has no text."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="link-text-empty",
    group=Group.LINKS,
    severity=Severity.WARNING,
    title_good=Text("Every link has a name", "链接都有文字"),
    title_bad=Text("A link has no text", "链接没有文字"),
    why=Text(
        "A screen reader reads out its address; engines learn nothing of the target.",
        "读屏只能念网址，引擎也不知道它指向什么。",
    ),
    mend=Text("Write a text, an alt for its image, or an aria-label.", "写上文字，或给图片加 alt、加 aria-label。"),
    source="https://dequeuniversity.com/rules/axe/4.10/link-name",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """No text, alt, aria-label or title."""
    found = [link for link in page.clickable if link.target and not link.text]
    if found:
        yield link_list(found)
