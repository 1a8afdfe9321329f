"""Check link-malformed: a link is no address."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow
from seo.page import LinkFault
from seo.severity import Severity
from seo.site import MOST_SOURCES, Site, Source, source_of

meta = CheckMeta(
    id="link-malformed",
    group=Group.LINKS,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Every link is an address", "链接都是合法网址"),
    title_bad=Text("A link is no address", "链接不是合法网址"),
    why=Text("Browsers lead nowhere, or to a wrong place.", "浏览器打不开，或去到错误的地方。"),
    mend=Text("Correct the spelling.", "改正拼写。"),
    source="https://url.spec.whatwg.org/",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """What cannot be read as a URL: ``https;//``, ``http://.host``, a bad bracket."""
    found: dict[str, list[Source]] = {}
    malformed = stored.has_fault(LinkRow.flags, LinkFault.MALFORMED)
    for link, url, anchor in site.links(LinkRow.target.is_(None), malformed):
        found.setdefault(link.href or "", []).append(source_of(link, url, anchor))
    for href, sources in found.items():
        pages = list(dict.fromkeys(source.url for source in sources))
        yield Finding(
            url=pages[0],
            cause=href,
            detail={
                "target": href,
                "anchor": sources[0].anchor,
                "line": sources[0].line,
                "sources": pages[:MOST_SOURCES],
                "source_count": len(pages),
                "links": [source.as_json() for source in sources[:MOST_SOURCES]],
            },
        )
