"""Check canonical-header-conflict: header and tag name different canonical addresses."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="canonical-header-conflict",
    group=Group.CANONICAL,
    severity=Severity.WARNING,
    title_good=Text("Header and tag name the same canonical address", "响应头与标签的规范网址一致"),
    title_bad=Text("Header and tag name different canonical addresses", "响应头与标签的规范网址不同"),
    why=Text("Engines cannot tell which one holds.", "引擎无从判断以哪个为准。"),
    mend=Text("Make them the same, or drop one.", "改为一致，或去掉一个。"),
    source="https://developers.google.com/search/docs/crawling-indexing/canonicalization",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """The Link header says otherwise than the tag."""
    header = {one.target for one in page.canonicals if one.header and one.target}
    tags = {one.target for one in page.canonicals if not one.header and one.target}
    if header and tags and header != tags:
        yield Finding(detail={"value": ", ".join(sorted(filter(None, header))), "found": ", ".join(sorted(filter(None, tags)))})
