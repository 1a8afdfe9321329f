"""Check jsonld-invalid: structured data cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.jsonld import read_jsonld
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="jsonld-invalid",
    group=Group.CONTENT,
    severity=Severity.ERROR,
    title_good=Text("Structured data can be read", "结构化数据可解析"),
    title_bad=Text("Structured data cannot be read", "结构化数据无法解析"),
    why=Text("Engines ignore it: no stars, no breadcrumbs.", "引擎会忽略，富摘要不会出现。"),
    mend=Text("Correct the JSON; a comma at the end is the usual fault.", "改正 JSON，最常见的是多了逗号。"),
    source="https://json-ld.org/spec/latest/json-ld/",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Not JSON, or without @type and @context."""
    for block in page.jsonld:
        things, problem = read_jsonld(block.text)
        if problem is None and not things:
            problem = "empty"
        if problem is None and not any("@context" in thing for thing in things):
            problem = "no @context"
        if problem is None and not any("@type" in thing or "@graph" in thing for thing in things):
            problem = "no @type"
        if problem is not None:
            yield Finding(cause=None, detail={"found": problem, "line": block.line, "text": block.text.strip()[:200]})
            return
