"""Check img-size-missing: an image does not say how large it is."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="img-size-missing",
    group=Group.CONTENT,
    severity=Severity.NOTICE,
    title_good=Text("Images say how large they are", "图片标明尺寸"),
    title_bad=Text("An image does not say how large it is", "图片没有标明宽高"),
    why=Text("The page jumps while it loads.", "加载时页面会跳动。"),
    mend=Text("Set width and height.", "写上 width 和 height。"),
    source="https://web.dev/articles/optimize-cls",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Neither width and height nor a style with them."""
    found = [image for image in page.images if image.src and not image.has_size and not image.src.endswith(".svg")]
    if found:
        first = found[0]
        images = [{"src": one.target or one.src[:300], "line": one.line} for one in found[:20]]
        yield Finding(detail={"count": len(found), "target": first.target or first.src[:300], "line": first.line, "images": images})
