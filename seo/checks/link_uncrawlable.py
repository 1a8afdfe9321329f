"""Check link-uncrawlable: a link that engines cannot follow.

Which elements count is Lighthouse's crawlable-anchors: one with a role, with a name, or empty with an id is a button or a place, not a
link. Two differences, both for people who mend links: every ``javascript:`` counts, not only ``void(0)``; and so does ``href=""``, which
browsers take for the page itself: it is mostly a link that somebody forgot to fill in.
"""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.page import LinkFault, Page
from seo.severity import Severity

meta = CheckMeta(
    id="link-uncrawlable",
    group=Group.LINKS,
    severity=Severity.WARNING,
    title_good=Text("Engines can follow every link", "链接都可被引擎跟踪"),
    title_bad=Text("A link that engines cannot follow", "引擎无法跟踪的链接"),
    why=Text("What it leads to may never be found.", "它指向的内容可能永远不会被发现。"),
    mend=Text(
        "Give it a real address in href; scripts may still handle the click.",
        "在 href 里写真实地址，点击仍可由脚本处理。",
    ),
    source="https://developers.google.com/search/docs/crawling-indexing/links-crawlable",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """``javascript:``, an empty href, or a link by onclick only."""
    found = [link for link in page.clickable if link.fault is LinkFault.SCRIPT or link.fault is LinkFault.EMPTY]
    if found:
        yield link_list(found)
