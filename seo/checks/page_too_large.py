"""Check page-too-large: the HTML is very large."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="page-too-large",
    group=Group.HTTP,
    severity=Severity.WARNING,
    title_good=Text("The HTML is small", "HTML 体积适中"),
    title_bad=Text("The HTML is very large", "HTML 过大"),
    why=Text("Slow on a phone; engines read only the first part.", "手机上很慢，引擎也只读前一部分。"),
    mend=Text("Take inline data, styles and images out of the page.", "把内嵌的数据、样式、图片移出页面。"),
    source="Screaming Frog, LibreCrawl",
    limits={"bytes": 1_000_000, "error_bytes": 3_000_000},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than 1 MB; an error over 3 MB."""
    if page.size_bytes > limits["bytes"]:
        severity = Severity.ERROR if page.size_bytes > limits["error_bytes"] else None
        yield Finding(detail={"value": f"{page.size_bytes / 1_000_000:.1f} MB", "size_bytes": page.size_bytes}, severity=severity)
