"""Check canonical-to-error, canonical-to-redirect, canonical-to-noindex, canonical-to-blocked: the canonical page does not answer."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import PageRow
from seo.severity import Severity
from seo.site import Site
from seo.state import state_of

metas = (
    CheckMeta(
        id="canonical-to-error",
        group=Group.CANONICAL,
        severity=Severity.ERROR,
        needs=Needs.SITE,
        title_good=Text("The canonical page answers", "规范网址可访问"),
        title_bad=Text("The canonical page does not answer", "规范网址打不开"),
        why=Text("Engines drop the page, or ignore the canonical.", "引擎会丢弃本页，或忽略规范网址。"),
        mend=Text("Name a page that answers 200, may be fetched and indexed.", "改为返回 200、允许抓取和收录的页面。"),
        source="https://developers.google.com/search/docs/crawling-indexing/canonicalization",
    ),
    CheckMeta(
        id="canonical-to-redirect",
        group=Group.CANONICAL,
        severity=Severity.ERROR,
        needs=Needs.SITE,
        title_good=Text("The canonical address is not redirected", "规范网址不跳转"),
        title_bad=Text("The canonical address is redirected", "规范网址发生跳转"),
        why=Text("Engines get two answers to the question which page counts.", "究竟哪个网址算数，引擎得到两个答案。"),
        mend=Text("Name a page that answers 200, may be fetched and indexed.", "改为返回 200、允许抓取和收录的页面。"),
        source="https://developers.google.com/search/docs/crawling-indexing/canonicalization",
    ),
    CheckMeta(
        id="canonical-to-noindex",
        group=Group.CANONICAL,
        severity=Severity.ERROR,
        needs=Needs.SITE,
        title_good=Text("The canonical page may be indexed", "规范网址允许收录"),
        title_bad=Text("The canonical page asks not to be indexed", "规范网址设置了 noindex"),
        why=Text("Both pages may vanish from the index.", "两个页面都可能从索引消失。"),
        mend=Text("Name a page that answers 200, may be fetched and indexed.", "改为返回 200、允许抓取和收录的页面。"),
        source="https://developers.google.com/search/docs/crawling-indexing/canonicalization",
    ),
    CheckMeta(
        id="canonical-to-blocked",
        group=Group.CANONICAL,
        severity=Severity.ERROR,
        needs=Needs.SITE,
        title_good=Text("The canonical page may be fetched", "规范网址允许抓取"),
        title_bad=Text("The canonical page is disallowed in robots.txt", "规范网址被 robots.txt 屏蔽"),
        why=Text("Engines cannot see the page that should count.", "引擎看不到应当算数的那个页面。"),
        mend=Text("Name a page that answers 200, may be fetched and indexed.", "改为返回 200、允许抓取和收录的页面。"),
        source="https://developers.google.com/search/docs/crawling-indexing/canonicalization",
    ),
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """The state of the page that another page names as its canonical; reported for the page that names it."""
    for page in site.pages(PageRow.canonical.is_not(None)):
        if page.canonical is None or page.canonical == page.id:
            continue
        target = site.target(page.canonical)
        if (check := state_of(site, target)) is not None:
            yield Finding(check=f"canonical-to-{check}", url=page.url, detail={"target": target.url, "status": target.status})
