"""Check meta-outside-head: robots, canonical or hreflang is outside of <head>."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="meta-outside-head",
    group=Group.INDEX,
    severity=Severity.WARNING,
    title_good=Text("Robots, canonical and hreflang stand in <head>", "robots、canonical、hreflang 在 <head> 里"),
    title_bad=Text("Robots, canonical or hreflang is outside of <head>", "robots、canonical 或 hreflang 不在 <head> 里"),
    why=Text("Engines read them in <head> only, so they have no effect.", "引擎只认 <head> 里的，写在外面无效。"),
    mend=Text("Move them into <head>; see what ended <head> too early.", "移到 <head>，并检查是什么提前结束了 <head>。"),
    source="https://developers.google.com/search/docs/crawling-indexing/valid-page-metadata",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Any of the three that was parsed into the body."""
    outside = ["robots"] if any(not one.in_head for one in page.directives) else []
    outside += ["canonical"] if any(not one.in_head for one in page.canonicals) else []
    outside += ["hreflang"] if any(not one.in_head for one in page.hreflangs) else []
    if outside:
        yield Finding(detail={"found": ", ".join(outside)})
