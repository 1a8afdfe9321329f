"""Check hreflang-relative: hreflang has a relative address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="hreflang-relative",
    group=Group.CANONICAL,
    severity=Severity.WARNING,
    title_good=Text("hreflang addresses are whole", "hreflang 使用完整地址"),
    title_bad=Text("hreflang has a relative address", "hreflang 使用了相对地址"),
    why=Text("Engines want the whole address with scheme and host.", "引擎要求带协议和域名的完整地址。"),
    mend=Text("Write https:// and host.", "写上 https:// 和域名。"),
    source="https://developers.google.com/search/docs/specialty/international/localized-versions",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Not absolute."""
    bad = [one for one in page.hreflangs if not re.match(r"https?://", one.href, re.I)]
    if bad:
        yield Finding(detail={"value": bad[0].href[:300], "count": len(bad), "line": bad[0].line})
