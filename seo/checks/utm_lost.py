"""Check utm-lost: a redirect drops campaign parameters."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="utm-lost",
    group=Group.MARKETING,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Redirects keep campaign parameters", "跳转保留推广参数"),
    title_bad=Text("A redirect drops campaign parameters", "跳转丢失了推广参数"),
    why=Text("Nobody can tell any more which channel brought the visitor.", "再也分不清访客来自哪个渠道。"),
    mend=Text("Let the redirect keep the query string.", "让跳转保留查询参数。"),
    source=OWN_RULE,
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """A landing page asked for with utm_source and a click id redirects to an address without them."""
    for found in site.marked:
        lost = [name for name in found["parameters"] if f"{name}=" not in found["location"]]
        if lost:
            yield Finding(
                url=found["url"],
                cause=found["url"],
                detail={"location": found["location"], "value": ", ".join(lost), "status": found["status"]},
            )
