"""Check content-thin: the page has little text."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="content-thin",
    group=Group.CONTENT,
    severity=Severity.NOTICE,
    title_good=Text("The page has something to say", "内容充实"),
    title_bad=Text("The page has little text", "正文过少"),
    why=Text("Engines find little to rank it for, readers little to stay for.", "引擎没什么可排名，读者没什么可看。"),
    mend=Text("Say more, or join it with a related page.", "充实内容，或与相关页面合并。"),
    source="Screaming Frog's issue list; Han characters: two thirds of a word",
    limits={"words": 200, "han": 300},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Main text of fewer than 200 words, or 300 Han characters."""
    if page.words / limits["words"] + page.han / limits["han"] < 1:
        yield Finding(detail={"count": page.han or page.words, "words": page.words, "han": page.han})
