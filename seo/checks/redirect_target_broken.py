"""Check redirect-target-broken: a redirect leads to an address that does not answer."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site
from seo.verdict import Verdict

meta = CheckMeta(
    id="redirect-target-broken",
    group=Group.HTTP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Redirects lead to pages that answer", "跳转目标可访问"),
    title_bad=Text("A redirect leads to an address that does not answer", "跳转目标打不开"),
    why=Text("The old address looks mended, and is not.", "旧网址看似修好了，其实没有。"),
    mend=Text("Correct where it leads.", "改正跳转目标。"),
    source="https://developers.google.com/search/docs/crawling-indexing/301-redirects",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """The last hop answers 400 or more, or not at all; foreign sites after a second look only."""
    for chain in site.chains():
        last = chain.steps[-1]
        broken = last.verdict == Verdict.BROKEN and (last.internal or last.url in site.broken_before)
        if not chain.loops and broken:
            detail = {"target": last.url, "status": last.status, "fault": last.fault, "hops": chain.as_json()}
            yield Finding(url=chain.steps[0].url, detail=detail)
