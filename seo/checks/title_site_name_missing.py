"""Check title-site-name-missing: the title does not name the site."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.reading.text import folded
from seo.severity import Severity

meta = CheckMeta(
    id="title-site-name-missing",
    group=Group.TEXT,
    severity=Severity.NOTICE,
    title_good=Text("The title names the site", "标题带有网站名"),
    title_bad=Text("The title does not name the site", "标题没有网站名"),
    why=Text(
        "Baidu wants “page_site name” on inner pages and “name — what it is” with at most three qualifiers on the home page; "
        "readers trust a name they know.",
        "百度建议内页标题为“页面_网站名”，首页为“网站名—说明”，修饰词不超过三个；熟悉的名字更让人放心。",
    ),
    mend=Text(
        "End inner titles with the site's name; begin the home title with it.",
        "内页标题以网站名结尾，首页标题以网站名开头。",
    ),
    source="Baidu 标题规范 (sudo1.com/15414.html)",
    limits={"qualifiers": 3},
)


_QUALIFIERS = re.compile(r"[、,，;；|｜_/]")


def applies(page: Page) -> bool:
    """Where growth.yaml names the site otherwise than by its host."""
    return bool(_names(page)) and bool(page.title)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Inner pages: the name is missing. Home page: it does not come first, or more than three qualifiers follow."""
    title, names = folded(page.title), _names(page)
    if not page.is_home:
        if not any(name in title for name in names):
            yield Finding(detail={"text": page.title})
        return
    first = next((name for name in names if title.startswith(name)), None)
    if first is None:
        yield Finding(detail={"text": page.title, "found": "home"})
    elif (number := len(_QUALIFIERS.findall(title[len(first) :])) + 1) > limits["qualifiers"]:
        yield Finding(detail={"text": page.title, "found": "qualifiers", "count": number})


def _names(page: Page) -> list[str]:
    return [folded(name) for name in page.site.names if "." not in name]
