"""Check url-session-id: the address carries a session id."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="url-session-id",
    group=Group.URL,
    severity=Severity.WARNING,
    title_good=Text("The address names a page, not a visit", "网址不含会话编号"),
    title_bad=Text("The address carries a session id", "网址带会话 ID"),
    why=Text(
        "Each visit makes new addresses of the same page: duplicates without end.",
        "每次访问都产生新网址，重复页面无穷无尽。",
    ),
    mend=Text("Keep sessions in cookies; put the parameter into strip_params.", "会话放到 Cookie；并把参数加入 strip_params。"),
    source="Sitebulb hints",
)


_NAMES = re.compile(r"(?:^|[?&;])(sid|phpsessid|jsessionid|sessionid|session_id|aspsessionid\w*|cfid|cftoken)=", re.I)
_HEX = re.compile(r"=([0-9a-f]{32})(?:&|$)", re.I)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A parameter named like a session, or one with 32 hexadecimal digits."""
    if "=" not in page.url:
        return
    found = _NAMES.search(page.url) or _HEX.search(page.url)
    if found:
        yield Finding(detail={"value": found[1]})
