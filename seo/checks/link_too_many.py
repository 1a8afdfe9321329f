"""Check link-too-many: the page has very many links."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="link-too-many",
    group=Group.LINKS,
    severity=Severity.NOTICE,
    title_good=Text("The page has a sensible number of links", "链接数量适中"),
    title_bad=Text("The page has very many links", "链接过多"),
    why=Text(
        "Each link gets a smaller share of the page's weight, and readers are lost.",
        "每条链接分到的权重变少，读者也会迷失。",
    ),
    mend=Text("Split the list, or drop what nobody clicks.", "拆分列表，去掉没人点的链接。"),
    source="SEOnaut (100); default of ours 300",
    limits={"links": 300},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than 300 links that a visitor can click."""
    number = sum(1 for link in page.clickable if link.target) + page.links_dropped
    if number > limits["links"]:
        yield Finding(detail={"count": number})
