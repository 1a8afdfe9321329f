"""Check form-on-http: a form stands on an insecure page."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Form, Page
from seo.severity import Severity

meta = CheckMeta(
    id="form-on-http",
    group=Group.USABILITY,
    severity=Severity.ERROR,
    title_good=Text("Forms stand on secure pages", "表单在 https 页面上"),
    title_bad=Text("A form stands on an insecure page", "表单在 http 页面上"),
    why=Text("What people type can be read on the way; browsers warn them.", "填写内容可能被窃听，浏览器也会警告。"),
    mend=Text("Serve the page over https.", "改用 https。"),
    source="SEOnaut, Screaming Frog",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A form with fields to fill in, on a page over http; search boxes do not count."""
    if page.url.startswith("http://"):
        forms = [
            form
            for form in page.forms
            if any(field.kind not in ("search", "checkbox", "radio") for field in form.fields) and not _is_search(form)
        ]
        if forms:
            yield Finding(detail={"count": len(forms), "line": forms[0].line, "target": forms[0].target})


def _is_search(form: Form) -> bool:
    return form.method == "get" and len(form.fields) <= 1
