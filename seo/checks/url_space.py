"""Check url-space: the address has a blank."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="url-space",
    group=Group.URL,
    severity=Severity.WARNING,
    title_good=Text("The address has no blanks", "网址没有空格"),
    title_bad=Text("The address has a blank", "网址含空格"),
    why=Text(
        "Addresses with blanks break when they are copied into chats and mails.",
        "带空格的网址复制到聊天、邮件里常会断开。",
    ),
    mend=Text("Use hyphens.", "改用连字符。"),
    source="Screaming Frog's thresholds; issue list",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A blank or %20 in the path."""
    if "%20" in page.url_path or " " in page.url_path:
        yield Finding(detail={"value": page.url_path[:200]})
