"""Check viewport-missing: the page has no viewport."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="viewport-missing",
    group=Group.USABILITY,
    severity=Severity.ERROR,
    title_good=Text("The page fits a phone", "页面适配手机"),
    title_bad=Text("The page has no viewport", "页面没有 viewport"),
    why=Text("On a phone it is shown as a tiny desktop page.", "手机上会显示成缩小的电脑页面。"),
    mend=Text(
        'Add <meta name=viewport content="width=device-width, initial-scale=1">.',
        '加上 <meta name=viewport content="width=device-width, initial-scale=1">。',
    ),
    source="https://developer.chrome.com/docs/lighthouse/pwa/viewport",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """No meta viewport with content."""
    if not any(one.content for one in page.named("viewport")):
        yield Finding(detail={})
