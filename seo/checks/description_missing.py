"""Check description-missing: the page has no meta description."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="description-missing",
    group=Group.TEXT,
    severity=Severity.WARNING,
    title_good=Text("The page has a description", "页面有描述"),
    title_bad=Text("The page has no meta description", "页面没有 meta description"),
    why=Text(
        "Engines then pick some sentence of the page; a good description wins the click.",
        "没有描述，引擎会随意摘取页面文字；好的描述能赢得点击。",
    ),
    mend=Text('Write <meta name="description"> in one or two sentences.', '用一两句话写好 <meta name="description">。'),
    source="https://developers.google.com/search/docs/appearance/snippet",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """None, or a blank one."""
    if not page.description:
        yield Finding(detail={})
