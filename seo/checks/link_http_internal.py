"""Check link-http-internal: a link within the site uses http."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="link-http-internal",
    group=Group.LINKS,
    severity=Severity.WARNING,
    title_good=Text("Links within the site use https", "站内链接使用 https"),
    title_bad=Text("A link within the site uses http", "站内链接使用 http"),
    why=Text("Each click takes a redirect, or loses the lock in the address bar.", "每次点击都要多跳一次，或丢失安全锁。"),
    mend=Text("Link to https.", "改为 https。"),
    source="SEOnaut, Screaming Frog",
)


def applies(page: Page) -> bool:
    """Pages on https."""
    return page.url.startswith("https://")


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """On a page served over https."""
    found = [
        link
        for link in page.links
        if link.target and link.target.startswith("http://") and link.kind.leads_to_page and page.site.is_internal(link.target)
    ]
    if found:
        yield link_list(found)
