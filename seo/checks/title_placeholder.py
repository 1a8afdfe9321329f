"""Check title-placeholder: the title is a placeholder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="title-placeholder",
    group=Group.TEXT,
    severity=Severity.ERROR,
    title_good=Text("The title was written for this page", "标题是为本页写的"),
    title_bad=Text("The title is a placeholder", "标题是占位文字"),
    why=Text(
        "A page called Untitled or {{ title }} looks broken to readers and engines.",
        "标题为“无标题文档”或模板变量的页面，读者和引擎都会当成坏页。",
    ),
    mend=Text("Write a real title; look for the template that left it empty.", "写上真正的标题，并检查是哪个模板漏填了。"),
    source="Sitebulb hints",
)


_PLACEHOLDER = re.compile(
    r"^(untitled( document| page)?|new page( \d+)?|无标题(文档|页面)?|未命名|新建(网页|页面|文档)?( ?\d+)?|标题|测试"
    r"|document|title|null|undefined|none|nan|test|react app|vite app|home page)$"
    r"|\{\{.*\}\}|\{%.*%\}|<%.*%>|\$\{.*\}|%s|\bundefined\b|\bnull\b",
    re.I,
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """What editors, templates and frameworks leave behind."""
    if page.title and _PLACEHOLDER.search(page.title):
        yield Finding(detail={"text": page.title})
