"""Check title-same-as-h1: title and h1 are the same."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.reading.text import folded
from seo.severity import Severity

meta = CheckMeta(
    id="title-same-as-h1",
    group=Group.TEXT,
    severity=Severity.NOTICE,
    title_good=Text("Title and h1 complement each other", "标题与 h1 互为补充"),
    title_bad=Text("Title and h1 are the same", "标题与 h1 完全相同"),
    why=Text(
        "Two places say the same; one of them could carry another word that people search for.",
        "两处文字相同，少了一个覆盖其他搜索词的机会。",
    ),
    mend=Text("Let the title name the brand or another wording.", "标题可带上品牌名或换一种说法。"),
    source="Screaming Frog's thresholds; issue list",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Equal after folding."""
    if page.title and folded(page.title) == folded(page.h1):
        yield Finding(detail={"text": page.title})
