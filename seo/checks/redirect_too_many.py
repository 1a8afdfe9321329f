"""Check redirect-too-many: an address redirects more than ten times."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="redirect-too-many",
    group=Group.HTTP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Redirects end within ten hops", "跳转不超过十次"),
    title_bad=Text("An address redirects more than ten times", "跳转超过十次"),
    why=Text("Engines and browsers give up.", "引擎和浏览器都会放弃。"),
    mend=Text("Redirect straight to the end.", "直接跳到最终网址。"),
    source="https://developers.google.com/search/docs/crawling-indexing/http-network-errors",
    limits={"hops": 10},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """More hops than are followed."""
    for chain in site.chains():
        if not chain.loops and chain.hops > limits["hops"]:
            yield Finding(url=chain.steps[0].url, detail={"count": chain.hops, "hops": chain.as_json()})
