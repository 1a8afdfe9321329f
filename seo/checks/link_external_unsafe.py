"""Check link-external-unsafe: a link opens another site in a new window without noopener."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.page import Page
from seo.severity import Severity

_SAFE = frozenset({"noopener", "noreferrer"})
meta = CheckMeta(
    id="link-external-unsafe",
    group=Group.LINKS,
    severity=Severity.NOTICE,
    title_good=Text("Links that open a new window are safe", "新窗口链接安全"),
    title_bad=Text("A link opens another site in a new window without noopener", "站外链接新窗口打开但没有 noopener"),
    why=Text("In old browsers the other site can change the page behind it.", "在旧浏览器里，对方可以篡改原页面。"),
    mend=Text("Add rel=noopener.", "加上 rel=noopener。"),
    source="https://developer.mozilla.org/docs/Web/HTML/Attributes/rel/noopener",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """target=_blank to another site, without noopener or noreferrer."""
    found = [
        link
        for link in page.clickable
        if link.window == "_blank" and link.target and not link.rel & _SAFE and not page.site.is_internal(link.target)
    ]
    if found:
        yield link_list(found)
