"""Check redirect-chain: redirects form a chain."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="redirect-chain",
    group=Group.HTTP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("A redirect leads straight to its end", "一次跳转到位"),
    title_bad=Text("Redirects form a chain", "连环跳转"),
    why=Text(
        "Each hop costs time and loses some visitors; engines give up after ten.",
        "每一跳都耗时并流失访客；引擎十跳后放弃。",
    ),
    mend=Text("Redirect the first address straight to the last.", "让第一个网址直接跳到最终网址。"),
    source="https://developers.google.com/search/docs/crawling-indexing/301-redirects",
    limits={"hops": 2, "error_hops": 5},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Two hops or more; an error from six on."""
    for chain in site.chains():
        if chain.loops or chain.hops < limits["hops"]:
            continue
        severity = Severity.ERROR if chain.hops > limits["error_hops"] else None
        yield Finding(
            url=chain.steps[0].url,
            detail={"count": chain.hops, "hops": chain.as_json(), "location": chain.steps[-1].url},
            severity=severity,
        )
