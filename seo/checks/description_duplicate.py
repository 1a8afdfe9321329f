"""Check description-duplicate: several pages share one description."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.duplicates import duplicates
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="description-duplicate",
    group=Group.TEXT,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Every page has a description of its own", "每页描述都不同"),
    title_bad=Text("Several pages share one description", "多个页面描述相同"),
    why=Text(
        "Pages with the same description compete with each other, and a searcher cannot tell them apart.",
        "描述相同的页面互相竞争，搜索者也分不清。",
    ),
    mend=Text("Give each page a description that says what only this page has.", "为每一页写出它独有的描述。"),
    source="https://developers.google.com/search/docs/appearance/snippet",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Equal after folding (blanks, width, case), among indexable pages of one language."""
    yield from duplicates(site, lambda page: page.description)
