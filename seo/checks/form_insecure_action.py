"""Check form-insecure-action: a form on a secure page sends over http."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="form-insecure-action",
    group=Group.USABILITY,
    severity=Severity.ERROR,
    title_good=Text("Forms send over https", "表单提交使用 https"),
    title_bad=Text("A form on a secure page sends over http", "https 页面的表单提交到 http"),
    why=Text("What people type travels in the clear.", "填写内容会明文传输。"),
    mend=Text("Send it to an https address.", "改为提交到 https。"),
    source="SEOnaut, Screaming Frog",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """The page is https, the form's action http."""
    if page.url.startswith("https://"):
        forms = [form for form in page.forms if form.target and form.target.startswith("http://")]
        if forms:
            yield Finding(detail={"target": forms[0].target, "count": len(forms), "line": forms[0].line})
