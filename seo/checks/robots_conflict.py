"""Check robots-conflict: header and tags contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="robots-conflict",
    group=Group.INDEX,
    severity=Severity.WARNING,
    title_good=Text("Header and tags say the same", "响应头与标签一致"),
    title_bad=Text("Header and tags contradict each other", "响应头与标签互相矛盾"),
    why=Text(
        "Engines take the stricter one; whoever set the other expects something else.",
        "引擎取更严格的一个，另一处的设置就落空了。",
    ),
    mend=Text("Decide which holds, and remove the other.", "确定以哪个为准，删掉另一个。"),
    source="https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag",
)


_PAIRS = (("index", "noindex"), ("follow", "nofollow"))


def applies(page: Page) -> bool:
    """Where there are both."""
    return any(one.header for one in page.directives) and any(not one.header for one in page.directives)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """One says index (or follow), the other not; a tag that says nothing of it contradicts nothing."""
    header = {one.name for one in page.directives if one.header and not one.agent}
    tags = {one.name for one in page.directives if not one.header and not one.agent}
    for may, not_ in _PAIRS:
        strict = {not_, "none"}
        mild = {may, "all"}
        if (header & strict and tags & mild) or (header & mild and tags & strict):
            yield Finding(detail={"value": ", ".join(sorted(header)), "found": ", ".join(sorted(tags))})
            return
