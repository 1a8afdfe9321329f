"""Check redirect-temporary: a temporary redirect has been there for two crawls."""

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
    id="redirect-temporary",
    group=Group.HTTP,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Lasting redirects say that they last", "长期跳转使用 301"),
    title_bad=Text("A temporary redirect has been there for two crawls", "临时跳转长期存在"),
    why=Text(
        "Engines keep the old address in their index and may not pass its weight.",
        "引擎会保留旧网址，权重可能传不过去。",
    ),
    mend=Text("Where it is meant to last, answer 301 or 308.", "若是长期跳转，改用 301 或 308。"),
    source="https://developers.google.com/search/docs/crawling-indexing/301-redirects",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """302, 303 or 307 on a linked address, in this crawl and in the one before."""
    if site.previous_id is None:
        return
    before = set(site.session.scalars(select(UrlRow.url).where(UrlRow.crawl_id == site.previous_id, UrlRow.status.in_((302, 303, 307)))))
    for target in site.internal(UrlRow.status.in_((302, 303, 307)), UrlRow.redirect_to.is_not(None)):
        if target.url not in before:
            continue
        sources, pages, links = site.sources_of([target.id], kinds=stored.CLICKED)
        if sources:
            yield broken_finding(target, sources, pages, links, location=site.target(target.redirect_to or target.id).url)
