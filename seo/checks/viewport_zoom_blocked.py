"""Check viewport-zoom-blocked: the page keeps readers from zooming."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="viewport-zoom-blocked",
    group=Group.USABILITY,
    severity=Severity.WARNING,
    title_good=Text("Readers may zoom", "允许缩放"),
    title_bad=Text("The page keeps readers from zooming", "页面禁止缩放"),
    why=Text("People with weak eyes cannot read it.", "视力不好的人看不清。"),
    mend=Text("Remove user-scalable=no and maximum-scale.", "去掉 user-scalable=no 和 maximum-scale。"),
    source="https://dequeuniversity.com/rules/axe/4.10/meta-viewport",
    limits={"scale": 5},
)


_SCALE = re.compile(r"maximum-scale\s*=\s*([\d.]+)", re.I)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """user-scalable=no, or a maximum-scale below five."""
    for one in page.named("viewport"):
        plain = re.sub(r"\s", "", one.content.lower())
        scale = _SCALE.search(one.content)
        if "user-scalable=no" in plain or "user-scalable=0" in plain or (scale and _number(scale[1]) < limits["scale"]):
            yield Finding(detail={"value": one.content[:200], "line": one.line})
            return


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 10.0
