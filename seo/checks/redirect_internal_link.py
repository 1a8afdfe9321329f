"""Check redirect-internal-link: a link within the site leads to a redirect."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo import links as stored
from seo.broken import broken_finding
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="redirect-internal-link",
    group=Group.HTTP,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Links within the site lead straight to their pages", "站内链接直达目标"),
    title_bad=Text("A link within the site leads to a redirect", "站内链接指向跳转"),
    why=Text("Each redirect costs the visitor a moment and engines a visit.", "每次跳转都多花访客时间，也多占一次抓取。"),
    mend=Text("Link to where it ends.", "直接链接到最终地址。"),
    source="Screaming Frog's issue list",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """One finding for each redirecting address of the site that pages link to."""
    targets = list(site.internal(UrlRow.redirect_to.is_not(None)))
    each = site.sources_of_each((target.id for target in targets), kinds=stored.CLICKED)
    for target, (sources, pages, links) in zip(targets, each, strict=True):
        if sources:
            end = site.target(site.end_of(target.id))
            yield broken_finding(target, sources, pages, links, location=end.url)
