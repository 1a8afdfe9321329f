"""Check orphan-page: no page of the site links to this page."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import PageRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="orphan-page",
    group=Group.LINKS,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Every page is linked", "每个页面都有入口"),
    title_bad=Text("No page of the site links to this page", "孤立页面：站内没有链接指向它"),
    why=Text("Visitors do not find it, and it gets no weight from the site.", "访客找不到它，站内权重也传不到。"),
    mend=Text("Link to it from a page on the same subject.", "从相关页面链接过来。"),
    source="Screaming Frog, Sitebulb",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Known from a sitemap, an earlier crawl or a campaign only; judged when the whole site was walked."""
    if not site.complete or (home := site.home) is None:
        return
    for page in site.pages(PageRow.inlinks == 0):
        if page.id != home.id and page.indexable:
            yield Finding(url=page.url, detail={"found": page.found_by, "text": page.title})
