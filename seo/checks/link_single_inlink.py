"""Check link-single-inlink: only one page links to this page."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import PageRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="link-single-inlink",
    group=Group.LINKS,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Pages are linked from several places", "页面有多个入口"),
    title_bad=Text("Only one page links to this page", "只有一个页面链接到它"),
    why=Text("One change there, and the page is lost.", "那一处一改，这个页面就丢了。"),
    mend=Text("Link to it from related pages.", "从相关页面增加链接。"),
    source="Sitebulb hints",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Exactly one in-link on a page that is meant for the index."""
    if not site.complete or (home := site.home) is None:
        return
    for page in site.pages(PageRow.inlinks == 1):
        if page.indexable and page.id != home.id:
            yield Finding(url=page.url, detail={"count": 1, "text": page.title})
