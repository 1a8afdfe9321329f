"""Check description-too-short: the description is very short."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from growth.text import full_width
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.reading.text import han_count
from seo.severity import Severity
from seo.width import DESCRIPTION_PX, pixels

meta = CheckMeta(
    id="description-too-short",
    group=Group.TEXT,
    severity=Severity.NOTICE,
    title_good=Text("The description uses the room it has", "描述长度充分"),
    title_bad=Text("The description is very short", "描述过短"),
    why=Text("A short description leaves room unused that could win the click.", "描述太短，浪费了赢得点击的位置。"),
    mend=Text("Say what the page offers, in one or two sentences.", "用一两句话说明页面内容。"),
    source="Screaming Frog's thresholds; 400 px, 70 Latin characters",
    limits={"px": 400, "latin": 70},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Narrower than 28 Han characters, or shorter than 70 Latin ones."""
    text = page.description
    if not text:
        return
    wide, han = pixels(text, DESCRIPTION_PX), han_count(text)
    if (wide < limits["px"]) if han else (len(text) < limits["latin"]):
        yield Finding(detail={"px": wide, "fw": full_width(text), "length": len(text), "text": text})
