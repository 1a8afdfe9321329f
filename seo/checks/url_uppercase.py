"""Check url-uppercase: the address has capital letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="url-uppercase",
    group=Group.URL,
    severity=Severity.NOTICE,
    title_good=Text("The address is in lower case", "网址全小写"),
    title_bad=Text("The address has capital letters", "网址含大写字母"),
    why=Text(
        "Paths in another case are other addresses; links and shares split.",
        "大小写不同就是不同网址，链接和权重会分散。",
    ),
    mend=Text("Use lower case, redirect the other.", "统一小写，另一种 301 过去。"),
    source="Screaming Frog's thresholds; issue list",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A-Z in the path; letters of escapes do not count."""
    if re.search(r"[A-Z]", re.sub(r"%[0-9A-F]{2}", "", page.url_path)):
        yield Finding(detail={"value": page.url_path[:200]})
