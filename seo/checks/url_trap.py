"""Check url-trap: addresses without end: a trap for crawlers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import or_, select

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.crawl.scope import Reason, repeats, shortened
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="url-trap",
    group=Group.LINKS,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The site has no endless addresses", "没有无穷网址"),
    title_bad=Text("Addresses without end: a trap for crawlers", "爬虫陷阱：无穷无尽的网址"),
    why=Text(
        "Engines spend their visits on variants of one page instead of on your pages.",
        "引擎把抓取浪费在同一页面的无数变体上。",
    ),
    mend=Text(
        "Keep such parameters out of links, or disallow them in robots.txt.",
        "不要在链接里带这些参数，或在 robots.txt 里屏蔽。",
    ),
    source="Screaming Frog (repetitive path)",
    limits={"variants": 200},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """More than 200 addresses of one path that differ in parameters only, or a path that repeats its own segments."""
    variants: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    for url, reason in site.session.execute(
        select(UrlRow.url, UrlRow.reason).where(
            UrlRow.crawl_id == site.crawl_id,
            UrlRow.internal.is_(True),
            UrlRow.kind == "page",
            or_(UrlRow.url.like("%?%"), UrlRow.reason == Reason.TRAP.value),
        )
    ).tuples():
        path = url.partition("?")[0]
        template = shortened(path) if reason == Reason.TRAP and repeats(path) else path
        variants[template] += 1
        examples.setdefault(template, []).append(url) if len(examples.get(template, ())) < 5 else None
    for template, number in variants.items():
        if number > limits["variants"] or (repeats(examples[template][0]) and number):
            sources, _pages, _links = site.sources_of([id for id in [site.id_of(examples[template][0])] if id], most=5)
            yield Finding(
                url=sources[0].url if sources else examples[template][0],
                cause=template,
                detail={"value": template, "count": number, "urls": examples[template]},
            )
