"""Check jsonld-missing-required: structured data lacks required fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.jsonld import all_things, missing_fields, read_jsonld, type_of
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="jsonld-missing-required",
    group=Group.CONTENT,
    severity=Severity.WARNING,
    title_good=Text("Structured data is complete", "结构化数据完整"),
    title_bad=Text("Structured data lacks required fields", "结构化数据缺少必填字段"),
    why=Text("Without them Google shows no rich result.", "缺字段就不会显示富摘要。"),
    mend=Text("Add the fields that are named.", "补上列出的字段。"),
    source="https://developers.google.com/search/docs/appearance/structured-data/search-gallery",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Google's required fields of Product, Article, Organization, BreadcrumbList, FAQPage, JobPosting, Event."""
    lacking: list[dict[str, Any]] = []
    for block in page.jsonld:
        things, _problem = read_jsonld(block.text)
        for thing in all_things(things):
            missing = missing_fields(thing)
            if missing:
                lacking.append({"type": type_of(thing), "missing": missing, "line": block.line})
    if lacking:
        first = lacking[0]
        yield Finding(detail={"value": first["type"], "found": ", ".join(first["missing"]), "line": first["line"], "things": lacking[:20]})
