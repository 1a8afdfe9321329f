"""Check link-broken-fragment: a link names a place on the page that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from growth.language import Text
from seo import links as stored
from seo.broken import broken_finding
from seo.bulk import batches
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="link-broken-fragment",
    group=Group.LINKS,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Fragments lead to a place on the page", "锚点都存在"),
    title_bad=Text("A link names a place on the page that is not there", "链接的锚点不存在"),
    why=Text("The reader lands at the top and has to search.", "读者落在页面顶部，还得自己找。"),
    mend=Text("Correct the fragment, or give the place that id.", "改正锚点，或给目标元素加上该 id。"),
    source="https://html.spec.whatwg.org/multipage/browsing-the-web.html#scroll-to-fragid",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """No id and no a[name] of that name, raw or decoded, on an HTML page that answered; “top” and what scripts use are left out."""
    wanted: dict[int, dict[str, list[tuple[int, int]]]] = {}
    for link, _url, _anchor in site.links(LinkRow.fragment.is_not(None), LinkRow.kind.in_(stored.CLICKED), LinkRow.target.is_not(None)):
        fragment = link.fragment or ""
        if fragment.lower() != "top" and not fragment.startswith(("!", "/", ":~:")):
            wanted.setdefault(link.target or 0, {}).setdefault(fragment, []).append((link.source, link.position))
    for batch in batches(sorted(wanted), 200):
        for id, there in site.anchors_of(batch):
            for fragment, places in wanted[id].items():
                if fragment in there or unquote(fragment) in there:
                    continue
                sources = site.sources_at(places)
                pages = len({source for source, _position in places})
                yield broken_finding(site.target(id), sources, pages, len(places), fragment=fragment)
