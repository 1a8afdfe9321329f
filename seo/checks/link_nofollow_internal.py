"""Check link-nofollow-internal: a link within the site is nofollow."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="link-nofollow-internal",
    group=Group.LINKS,
    severity=Severity.NOTICE,
    title_good=Text("Weight flows within the site", "站内权重可流动"),
    title_bad=Text("A link within the site is nofollow", "站内链接使用 nofollow"),
    why=Text("Weight that could go to the own page is lost.", "本可传给自家页面的权重白白流失。"),
    mend=Text("Take nofollow off links within the site.", "去掉站内链接的 nofollow。"),
    source="https://developers.google.com/search/docs/crawling-indexing/qualify-outbound-links",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """An internal link with nofollow."""
    found = [link for link in page.clickable if link.rel and "nofollow" in link.rel and page.site.is_internal(link.target)]
    if found:
        yield link_list(found)
