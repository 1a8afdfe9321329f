"""Check title-stuffed: the title is stuffed with keywords."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.reading.text import han_count
from seo.severity import Severity

meta = CheckMeta(
    id="title-stuffed",
    group=Group.TEXT,
    severity=Severity.WARNING,
    title_good=Text("The title reads like a sentence", "标题自然通顺"),
    title_bad=Text("The title is stuffed with keywords", "标题堆砌关键词"),
    why=Text("Baidu demotes titles that repeat words or string many of them together.", "百度会降权重复或罗列关键词的标题。"),
    mend=Text("Say it once, in words a person would use.", "同一个词只说一次，用人话写。"),
    source="Baidu 标题规范 (rumenwu.com/site/1211.html)",
    limits={"repeats": 3, "separators": 5},
)


#: several in a row are one, e.g. those of ``__future__``
_SEPARATORS = re.compile(r"[|｜\-_—–,，、;；/·]+")
_WORD = re.compile(r"[a-z0-9]{2,}", re.I)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A term of two or more characters that comes three times, or five separators."""
    title = page.title
    if not title:
        return
    separators = len(_SEPARATORS.findall(title))
    term, times = _most_repeated(title)
    if times >= limits["repeats"]:
        yield Finding(detail={"text": title, "value": term, "count": times})
    elif separators >= limits["separators"]:
        yield Finding(detail={"text": title, "separators": separators})


def _most_repeated(title: str) -> tuple[str, int]:
    """The term that comes most often: a Latin word, or two Han characters in a row."""
    counts = Counter(word.lower() for word in _WORD.findall(title))
    counts.update(title[place : place + 2] for place in range(len(title) - 1) if han_count(title[place : place + 2]) == 2)
    return counts.most_common(1)[0] if counts else ("", 0)
