"""Check id-duplicate: an id comes more than once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="id-duplicate",
    group=Group.USABILITY,
    severity=Severity.NOTICE,
    title_good=Text("Every id is unique", "id 不重复"),
    title_bad=Text("An id comes more than once", "id 重复"),
    why=Text("Links, labels and scripts find the first one only.", "链接、标签和脚本只认第一个。"),
    mend=Text("Rename one.", "改名。"),
    source="https://html.spec.whatwg.org/multipage/dom.html#the-id-attribute",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """The same id twice; an a[name] beside an id of the same element does not count."""
    if len(page.id_attributes) == len(set(page.id_attributes)):
        return
    counts = Counter(page.id_attributes)
    twice = [name for name, number in counts.items() if number > 1 and name]
    if twice:
        yield Finding(detail={"value": ", ".join(twice[:10])[:200], "count": len(twice)})
