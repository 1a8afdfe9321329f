"""Check form-label-missing: a field has no label."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="form-label-missing",
    group=Group.USABILITY,
    severity=Severity.WARNING,
    title_good=Text("Fields are labelled", "输入框有标签"),
    title_bad=Text("A field has no label", "输入框没有标签"),
    why=Text("Nobody knows what to type, least of all with a screen reader.", "访客不知道填什么，用读屏的更是如此。"),
    mend=Text("Add a <label for=…>, or aria-label.", "加上 <label for=…> 或 aria-label。"),
    source="https://dequeuniversity.com/rules/axe/4.10/label",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """An input, select or textarea without label, aria-label, title or placeholder."""
    fields = [field for form in page.forms for field in form.fields] + list(page.loose_fields)
    found = [field for field in fields if not field.labelled]
    if found:
        fields_ = [{"name": one.name, "kind": one.kind, "line": one.line} for one in found[:20]]
        yield Finding(detail={"count": len(found), "value": found[0].name or found[0].kind, "line": found[0].line, "fields": fields_})
