"""Check h1-duplicate: several pages share one h1."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.duplicates import duplicates
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="h1-duplicate",
    group=Group.TEXT,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Every page has an h1 of its own", "每页 h1 都不同"),
    title_bad=Text("Several pages share one h1", "多个页面 h1 相同"),
    why=Text("Pages with the same headline are hard to tell apart.", "主标题相同的页面难以区分。"),
    mend=Text("Let the h1 say what only this page has.", "让 h1 写出本页独有的内容。"),
    source="Screaming Frog's thresholds; issue list",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Equal after folding, among indexable pages of one language."""
    yield from duplicates(site, lambda page: page.h1)
