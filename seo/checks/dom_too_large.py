"""Check dom-too-large: the page has very many elements."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="dom-too-large",
    group=Group.USABILITY,
    severity=Severity.NOTICE,
    title_good=Text("The page has a sensible number of elements", "元素数量适中"),
    title_bad=Text("The page has very many elements", "元素过多"),
    why=Text("Slow to lay out, above all on cheap phones.", "布局慢，低端手机尤其明显。"),
    mend=Text("Page long lists; load what is below later.", "长列表分页，下方内容延迟加载。"),
    source="https://developer.chrome.com/docs/lighthouse/performance/dom-size",
    limits={"elements": 1500},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than 1,500 elements."""
    if page.elements > limits["elements"]:
        yield Finding(detail={"count": page.elements})
