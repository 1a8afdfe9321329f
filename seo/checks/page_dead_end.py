"""Check page-dead-end: the page has no link to go on with."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="page-dead-end",
    group=Group.LINKS,
    severity=Severity.WARNING,
    title_good=Text("The page leads on", "页面有去处"),
    title_bad=Text("The page has no link to go on with", "页面没有任何出口链接"),
    why=Text("The visitor's way ends here, and so does an engine's.", "访客和引擎到这里都走不下去。"),
    mend=Text("Add navigation, or links to what comes next.", "加上导航或下一步的链接。"),
    source="SEOnaut, Screaming Frog",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """No link to another page."""
    if not any(link.target and link.target != page.url for link in page.clickable):
        yield Finding(detail={})
