"""Check link-redirect-external: a link to another site is redirected for good."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo import links as stored
from seo.broken import broken_finding
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="link-redirect-external",
    group=Group.LINKS,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Links to other sites are up to date", "站外链接是最新地址"),
    title_bad=Text("A link to another site is redirected for good", "站外链接已永久跳转"),
    why=Text("One day the redirect goes, and the link is dead.", "对方哪天撤掉跳转，链接就失效。"),
    mend=Text("Link to the new address.", "改为新地址。"),
    source="SEOnaut",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """301 or 308 from another site."""
    query = select(UrlRow).where(UrlRow.internal.is_(False), UrlRow.status.in_((301, 308)), UrlRow.redirect_to.is_not(None))
    for target in site.targets(query):
        sources, pages, links = site.sources_of([target.id], kinds=stored.CLICKED)
        if sources:
            yield broken_finding(target, sources, pages, links, location=site.target(site.end_of(target.id)).url)
