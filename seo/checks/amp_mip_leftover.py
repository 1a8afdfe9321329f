"""Check amp-mip-leftover: the page links to an AMP or MIP copy."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.page import LinkKind, Page
from seo.severity import Severity

meta = CheckMeta(
    id="amp-mip-leftover",
    group=Group.CONTENT,
    severity=Severity.NOTICE,
    title_good=Text("No leftovers of AMP and MIP", "没有 AMP、MIP 遗留"),
    title_bad=Text("The page links to an AMP or MIP copy", "页面仍链接 AMP 或 MIP 版本"),
    why=Text("No engine uses them any more; the copies only go out of date.", "引擎已不再使用，副本只会过时。"),
    mend=Text("Remove the link, redirect the copies.", "去掉链接，并把副本 301 到正本。"),
    source=OWN_RULE,
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """rel=amphtml or rel=miphtml."""
    found = [link for link in page.links if link.kind is LinkKind.AMP]
    if found:
        yield link_list(found)
