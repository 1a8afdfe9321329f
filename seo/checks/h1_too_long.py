"""Check h1-too-long: the h1 is very long."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from growth.text import full_width
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="h1-too-long",
    group=Group.TEXT,
    severity=Severity.NOTICE,
    title_good=Text("The h1 is a headline", "h1 简洁"),
    title_bad=Text("The h1 is very long", "h1 过长"),
    why=Text("A headline of several lines is a paragraph; nobody scans it.", "好几行的标题等于一段正文，没人会扫读。"),
    mend=Text("Shorten it; put the rest into the text.", "精简标题，其余放入正文。"),
    source="Screaming Frog's thresholds; 70 characters",
    limits={"characters": 70},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than 70 half-width columns, which is 35 Han characters."""
    wide = full_width(page.h1) * 2
    if wide > limits["characters"]:
        yield Finding(detail={"text": page.h1[:200], "length": len(page.h1), "fw": wide / 2})
