"""Check robots-engine-gap: robots.txt keeps out some search engines only."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.crawl.scope import origin_of
from seo.models import PageRow
from seo.robots import ENGINES, verdict
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="robots-engine-gap",
    group=Group.INDEX,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("robots.txt treats search engines alike", "robots.txt 对各引擎一视同仁"),
    title_bad=Text("robots.txt keeps out some search engines only", "robots.txt 只屏蔽了部分搜索引擎"),
    why=Text(
        "The site cannot be found there. Often it is an old rule that nobody remembers.",
        "在这些引擎里搜不到网站。往往是没人记得的旧规则。",
    ),
    mend=Text("Give all engines the same rules; accept this where it is meant.", "统一规则；确属有意可在 accept 里接受。"),
    source="RFC 9309 §2.2.1",
)


#: pages that are compared
_MOST_PAGES = 20_000


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """The verdict on an indexable page differs between the engines of `seo.robots.ENGINES`; one for each set of engines kept out."""
    gaps = {origin: robots for origin, robots in site.robots.items() if len({robots.rules_for(engine) for engine in ENGINES}) > 1}
    if not gaps:
        return
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for page in islice(site.pages(PageRow.noindex.is_(False)), _MOST_PAGES):
        origin = origin_of(page.url)
        if origin in gaps:
            kept_out = tuple(engine for engine in ENGINES if not verdict(gaps[origin], engine, page.url).allowed)
            if kept_out and len(kept_out) < len(ENGINES):
                found.setdefault((origin, kept_out), []).append(page.url)
    for (origin, engines), urls in found.items():
        rule = verdict(gaps[origin], engines[0], urls[0])
        detail = {"value": ", ".join(engines), "line": rule.line, "found": rule.rule, "urls": urls[:50], "count": len(urls)}
        yield Finding(url=f"{origin}/robots.txt", cause=f"{origin} {','.join(engines)}", detail=detail)
