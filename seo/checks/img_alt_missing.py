"""Check img-alt-missing: an image has no alt attribute."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="img-alt-missing",
    group=Group.CONTENT,
    severity=Severity.WARNING,
    title_good=Text("Images have an alternative text", "图片有替代文字"),
    title_bad=Text("An image has no alt attribute", "图片缺少 alt"),
    why=Text(
        "Screen readers read out the file's name; image search does not know what it shows.",
        "读屏只能念文件名，图片搜索也不知道画的是什么。",
    ),
    mend=Text('Say what it shows; alt="" for decoration.', '写明图片内容；装饰图写 alt=""。'),
    source="https://www.w3.org/WAI/tutorials/images/",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """No alt at all; an empty one is for decoration, and right."""
    found = [image for image in page.images if image.alt is None]
    if found:
        first = found[0]
        images = [{"src": one.target or one.src[:300], "line": one.line} for one in found[:20]]
        yield Finding(detail={"count": len(found), "target": first.target or first.src[:300], "line": first.line, "images": images})
