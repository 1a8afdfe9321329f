"""Check description-too-long: the description is longer than engines show."""

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
    id="description-too-long",
    group=Group.TEXT,
    severity=Severity.NOTICE,
    title_good=Text("The description fits a result page", "描述长度合适"),
    title_bad=Text("The description is longer than engines show", "描述过长"),
    why=Text(
        "The end is cut off. Baidu shows about 80 characters and advises about 50.",
        "后半段会被截断；百度约显示 80 字，建议 50 字左右。",
    ),
    mend=Text("Say what matters first and shorten.", "先说重点，其余精简。"),
    source="Screaming Frog's thresholds; Baidu: sudo1.com/15414.html",
    limits={"px": 985, "latin": 155, "han": 80},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Wider than Google shows, longer than 155 Latin characters, or more than 80 Han."""
    text = page.description
    if not text:
        return
    wide, han = pixels(text, DESCRIPTION_PX), han_count(text)
    if wide > limits["px"] or han > limits["han"] or (not han and len(text) > limits["latin"]):
        yield Finding(detail={"px": wide, "fw": full_width(text), "length": len(text), "han": han})
