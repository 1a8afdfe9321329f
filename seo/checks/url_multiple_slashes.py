"""Check url-multiple-slashes: the address has double slashes."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="url-multiple-slashes",
    group=Group.URL,
    severity=Severity.WARNING,
    title_good=Text("The address has single slashes", "网址没有多余斜杠"),
    title_bad=Text("The address has double slashes", "网址含连续斜杠"),
    why=Text(
        "Most servers answer it like the address with one slash: a second address of the same page.",
        "多数服务器会返回同一页面，等于多出一个重复网址。",
    ),
    mend=Text("Correct the link that leads here, and redirect.", "改正指向它的链接并 301。"),
    source="Screaming Frog's thresholds; issue list",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Two slashes in a row in the path."""
    if "//" in page.url_path:
        yield Finding(detail={"value": page.url_path[:200]})
