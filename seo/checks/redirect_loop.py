"""Check redirect-loop: redirects run in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="redirect-loop",
    group=Group.HTTP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Redirects come to an end", "跳转能到达终点"),
    title_bad=Text("Redirects run in a circle", "跳转死循环"),
    why=Text("Nobody ever arrives.", "谁都到不了。"),
    mend=Text("Correct the rule that sends the address back.", "改正把网址跳回去的规则。"),
    source="https://developers.google.com/search/docs/crawling-indexing/301-redirects",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """An address that comes again in its own chain, of whatever length; each circle once."""
    told: set[frozenset[int]] = set()
    for chain in site.chains():
        if chain.loops and chain.circle not in told:
            told.add(chain.circle)
            yield Finding(
                url=chain.steps[0].url, cause=min(chain.urls_of_circle), detail={"hops": chain.as_json(), "count": len(chain.circle)}
            )
