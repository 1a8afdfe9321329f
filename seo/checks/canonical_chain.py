"""Check canonical-chain: the canonical page names yet another canonical."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import PageRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="canonical-chain",
    group=Group.CANONICAL,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The canonical page is its own canonical", "规范页的规范网址是自己"),
    title_bad=Text("The canonical page names yet another canonical", "规范网址指向的页面又指向别处"),
    why=Text("Engines follow such chains unwillingly, or not at all.", "引擎不愿意甚至不会跟踪这样的链条。"),
    mend=Text("Name the last page directly.", "直接写最终页面。"),
    source="https://developers.google.com/search/docs/crawling-indexing/canonicalization",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """A → B, and B → C."""
    canonical = {page.id: page.canonical for page in site.pages(PageRow.canonical.is_not(None)) if page.canonical != page.id}
    for id, target in canonical.items():
        following = canonical.get(target or 0)
        if following is not None:
            urls = site.urls_by_id([id, target or 0, following])
            yield Finding(url=urls[id], detail={"target": urls[target or 0], "location": urls[following]})
