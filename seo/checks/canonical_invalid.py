"""Check canonical-invalid: the canonical address cannot be used."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="canonical-invalid",
    group=Group.CANONICAL,
    severity=Severity.ERROR,
    title_good=Text("The canonical address can be used", "规范网址有效"),
    title_bad=Text("The canonical address cannot be used", "规范网址无效"),
    why=Text("Engines ignore it and choose by themselves.", "引擎会忽略它，自行选择。"),
    mend=Text("Write one whole address without #, in <head>.", "在 <head> 里写一个不带 # 的完整网址。"),
    source="https://developers.google.com/search/docs/crawling-indexing/canonicalization",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Empty or unparsable, with a fragment, or outside of head."""
    for one in page.canonicals:
        problem = "empty" if not one.href else "unparsable" if one.target is None else "fragment" if "#" in one.href else ""
        problem = problem or ("" if one.in_head or one.header else "outside head")
        if problem:
            yield Finding(detail={"found": problem, "value": one.href[:300], "line": one.line})
            return
