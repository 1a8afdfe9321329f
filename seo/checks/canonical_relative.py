"""Check canonical-relative: the canonical address is relative."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="canonical-relative",
    group=Group.CANONICAL,
    severity=Severity.NOTICE,
    title_good=Text("The canonical address is whole", "规范网址是完整地址"),
    title_bad=Text("The canonical address is relative", "规范网址是相对地址"),
    why=Text("On a copy of the page (test host, http) it names the copy.", "在测试域名或 http 副本上，它会指向副本自己。"),
    mend=Text("Write it with https:// and host.", "写成带 https:// 和域名的完整地址。"),
    source="https://developers.google.com/search/docs/crawling-indexing/canonicalization",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Not absolute."""
    found = next((one for one in page.canonicals if one.href and one.target and not re.match(r"https?://", one.href, re.I)), None)
    if found:
        yield Finding(detail={"value": found.href[:300], "line": found.line})
