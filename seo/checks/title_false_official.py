"""Check title-false-official: the title claims to be an official site without naming its brand."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.reading.text import folded
from seo.severity import Severity

meta = CheckMeta(
    id="title-false-official",
    group=Group.TEXT,
    severity=Severity.WARNING,
    title_good=Text("“Official” is said of the own brand only", "只对自有品牌使用“官网”"),
    title_bad=Text("The title claims to be an official site without naming its brand", "标题称“官网”却没有自有品牌名"),
    why=Text(
        "Baidu takes “官网” without the brand (or its mark) for deceit and demotes the page.",
        "百度认为无品牌、无官网标识的“官网”字样涉嫌误导，会降权。",
    ),
    mend=Text("Name the brand beside 官网, or leave the word out.", "写明品牌名，或去掉“官网”二字。"),
    source="Baidu 标题规范 (rumenwu.com/site/1211.html)",
    limits={"words": ("官网", "官方网站", "官方")},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """官网 or 官方 in the title, and no name of the site."""
    word = next((word for word in limits["words"] if word in page.title), None)
    if word and page.site.names and not any(folded(name) in folded(page.title) for name in page.site.names):
        yield Finding(detail={"text": page.title, "value": word})
