"""Check img-alt-too-long: an alternative text is very long."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from growth.text import full_width
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="img-alt-too-long",
    group=Group.CONTENT,
    severity=Severity.NOTICE,
    title_good=Text("Alternative texts are short", "替代文字简短"),
    title_bad=Text("An alternative text is very long", "alt 过长"),
    why=Text("A screen reader cannot skip it; it looks like stuffing.", "读屏无法跳过，也像堆砌关键词。"),
    mend=Text("One sentence; more belongs into the text.", "一句话即可，多余的写进正文。"),
    source="Screaming Frog's issue list",
    limits={"characters": 100},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than 100 half-width columns, which is 50 Han characters."""
    most = limits["characters"]
    found = [image for image in page.images if image.alt and len(image.alt) * 2 > most and full_width(image.alt) * 2 > most]
    if found:
        first = found[0]
        images = [{"src": one.target or one.src[:300], "line": one.line} for one in found[:20]]
        yield Finding(detail={"count": len(found), "target": first.target or first.src[:300], "line": first.line, "images": images})
