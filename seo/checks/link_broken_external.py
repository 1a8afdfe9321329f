"""Check link-broken-external: a link to another site does not work."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.broken import FOLLOWED, broken_finding, broken_targets
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="link-broken-external",
    group=Group.LINKS,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Links to other sites work", "站外链接都能打开"),
    title_bad=Text("A link to another site does not work", "站外链接打不开"),
    why=Text("It looks neglected, and helps nobody.", "显得网站疏于维护，对谁都没用。"),
    mend=Text("Correct or remove the link.", "改正或删除链接。"),
    source="https://developers.google.com/search/docs/crawling-indexing/links-crawlable",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Only what did not work in an earlier crawl either: the net has bad days."""
    for target, ids in broken_targets(site, internal=False):
        if target.url not in site.broken_before:
            continue
        sources, pages, links = site.sources_of(ids, kinds=FOLLOWED)
        if sources:
            yield broken_finding(target, sources, pages, links)
