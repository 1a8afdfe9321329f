"""Check link-broken-internal: a link leads to a page of the site that does not answer."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.broken import FOLLOWED, broken_finding, broken_targets
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="link-broken-internal",
    group=Group.LINKS,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Links within the site work", "站内链接都能打开"),
    title_bad=Text("A link leads to a page of the site that does not answer", "站内链接打不开"),
    why=Text(
        "A visitor who meets a dead end leaves; engines waste their visits on it and pass no weight along.",
        "访客点到死链就会离开；搜索引擎把抓取浪费在上面，权重也传不下去。",
    ),
    mend=Text(
        "Correct the address, or redirect it (301) to the page that took its place.",
        "改正链接地址，或把旧地址 301 到替代页面。",
    ),
    source="https://developers.google.com/search/docs/crawling-indexing/links-crawlable",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """One finding for each target that ends with 400 or more, or with no answer; all pages that link to it are listed."""
    for target, ids in broken_targets(site, internal=True):
        sources, pages, links = site.sources_of(ids, kinds=FOLLOWED)
        if sources:
            yield broken_finding(target, sources, pages, links)
