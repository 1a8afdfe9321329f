"""Check url-tracking-internal: a link within the site carries utm parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="url-tracking-internal",
    group=Group.URL,
    severity=Severity.WARNING,
    title_good=Text("Links within the site carry no campaign marks", "站内链接不带推广参数"),
    title_bad=Text("A link within the site carries utm parameters", "站内链接带 utm 参数"),
    why=Text(
        "A click on it overwrites where the visitor came from: the channel that was paid for loses its sign-up.",
        "访客一点就覆盖了真实来源，花钱的渠道会少算注册。",
    ),
    mend=Text("Take utm_* off links within the site.", "去掉站内链接的 utm_* 参数。"),
    source="https://support.google.com/analytics/answer/10917952",
)


_MARK = re.compile(r"[?&](utm_[a-z]+|gclid|bd_vid|qhclickid)=", re.I)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """utm_* or a click id in a link to the site itself."""
    found = [
        link
        for link in page.clickable
        if link.target and "=" in link.target and _MARK.search(link.target) and page.site.is_internal(link.target)
    ]
    if found:
        links = [{"href": one.target, "anchor": one.text[:80], "line": one.line} for one in found[:20]]
        yield Finding(detail={"count": len(found), "target": found[0].target, "links": links})
