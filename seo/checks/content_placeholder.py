"""Check content-placeholder: the page has placeholder text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.reading.text import folded
from seo.severity import Severity

meta = CheckMeta(
    id="content-placeholder",
    group=Group.CONTENT,
    severity=Severity.WARNING,
    title_good=Text("The text was written for readers", "正文是写给读者的"),
    title_bad=Text("The page has placeholder text", "页面有占位文字"),
    why=Text("Readers see an unfinished site.", "读者看到的是没做完的网站。"),
    mend=Text("Write the text, or take the page down.", "写好正文，或先下线。"),
    source="Screaming Frog's issue list",
    limits={"words": ("lorem ipsum", "此处填写", "在此输入", "请输入内容", "占位文字", "测试测试", "xxxxxx", "待补充内容")},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """lorem ipsum, 此处填写 and the like; 测试 only where it stands alone."""
    text = page.text.lower()
    word = next((one for one in limits["words"] if _holds(text, one)), None)
    if word is None:
        word = next((one.text for one in page.headings if folded(one.text) in _ALONE), None)
    if word is not None:
        yield Finding(detail={"text": word})


def _holds(text: str, words: str) -> bool:
    """Whether `words` stand in a text; Latin ones begin a word: ``\\Uxxxxxxxx`` in a manual is none."""
    return words in text and (not words.isascii() or re.search(rf"(?<![a-z0-9]){re.escape(words)}", text) is not None)


_ALONE = frozenset({"测试", "test", "测试标题", "测试文章", "标题", "文章标题"})
