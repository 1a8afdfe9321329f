"""Check hreflang-target-bad: hreflang names a page that cannot be indexed."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow
from seo.page import LinkKind
from seo.severity import Severity
from seo.site import Site
from seo.state import state_of

meta = CheckMeta(
    id="hreflang-target-bad",
    group=Group.CANONICAL,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Language versions can be indexed", "各语言版本可收录"),
    title_bad=Text("hreflang names a page that cannot be indexed", "hreflang 指向不可收录的页面"),
    why=Text("Engines ignore the entry.", "引擎会忽略这一项。"),
    mend=Text("Name the final, canonical page that answers 200.", "改为返回 200 的最终规范页面。"),
    source="https://developers.google.com/search/docs/specialty/international/localized-versions",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Redirected, broken, noindex, with another canonical, or disallowed."""
    for link, url, lang in site.links(LinkRow.kind == stored.KIND_NUMBER[LinkKind.HREFLANG], LinkRow.target.is_not(None)):
        target = site.target(link.target or 0)
        state = state_of(site, target)
        page = site.page(target.id) if state is None else None
        if state is None and page is not None and page.canonical not in (None, page.id):
            state = "canonicalised"
        if state is not None:
            yield Finding(
                url=url, cause=f"{url} {target.url}", detail={"target": target.url, "status": target.status, "found": state, "value": lang}
            )
