"""Check picture-no-img: a picture element has no img."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="picture-no-img",
    group=Group.CONTENT,
    severity=Severity.WARNING,
    title_good=Text("Every picture element has an img", "picture 都含 img"),
    title_bad=Text("A picture element has no img", "picture 缺少 img"),
    why=Text("Nothing is shown.", "什么也显示不出来。"),
    mend=Text("Put an img into it.", "在里面放一个 img。"),
    source="https://html.spec.whatwg.org/multipage/embedded-content.html#the-picture-element",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A picture without an img inside."""
    if page.pictures_without_img:
        yield Finding(detail={"count": page.pictures_without_img})
