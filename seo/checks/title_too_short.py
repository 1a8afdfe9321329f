"""Check title-too-short: the title is very short."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from growth.text import full_width
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.reading.text import han_count
from seo.severity import Severity
from seo.width import TITLE_PX, pixels

meta = CheckMeta(
    id="title-too-short",
    group=Group.TEXT,
    severity=Severity.NOTICE,
    title_good=Text("The title uses the room it has", "标题长度充分"),
    title_bad=Text("The title is very short", "标题过短"),
    why=Text(
        "A short title leaves room unused that could say what the page offers.",
        "标题太短，浪费了向搜索者说明内容的位置。",
    ),
    mend=Text("Say what the page offers and to whom.", "写清这一页为谁提供什么。"),
    source="Screaming Frog's thresholds; 200 px, 30 Latin characters",
    limits={"px": 200, "latin": 30},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Narrower than ten Han characters, or shorter than thirty Latin ones."""
    title = page.title
    if not title:
        return
    wide = pixels(title, TITLE_PX)
    if (wide < limits["px"]) if han_count(title) else (len(title) < limits["latin"]):
        yield Finding(detail={"px": wide, "fw": full_width(title), "length": len(title), "text": title})
