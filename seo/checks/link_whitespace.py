"""Check link-whitespace: a link has blanks at its beginning or end."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="link-whitespace",
    group=Group.LINKS,
    severity=Severity.NOTICE,
    title_good=Text("Links have no blanks around them", "链接前后没有空白"),
    title_bad=Text("A link has blanks at its beginning or end", "链接前后有空白"),
    why=Text("Most programs forgive it, some do not.", "多数程序能容忍，有的不能。"),
    mend=Text("Remove the blanks.", "去掉空白。"),
    source="linkchecker",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Blanks before or behind the address in an href."""
    found = [link for link in page.links if link.href and link.href != link.href.strip()]
    if found:
        yield link_list(found)
