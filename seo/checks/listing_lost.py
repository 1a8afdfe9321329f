"""Check listing-lost: a listing is gone or was changed."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from growth.placements import PlacementState, placements
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="listing-lost",
    group=Group.MARKETING,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Listings are still there", "推广位仍在"),
    title_bad=Text("A listing is gone or was changed", "推广位丢失或被改动"),
    why=Text("The visitors and the weight that it brought are gone, too.", "它带来的访客和权重也没了。"),
    mend=Text("Ask the directory; growth placement verify looks again.", "联系对方；用 growth placement verify 再次核实。"),
    source=OWN_RULE,
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """A placement in state lost or changed."""
    for one in placements(site.main):
        if one.state in (PlacementState.LOST, PlacementState.CHANGED):
            detail = {"found": one.state.value, "value": one.id, "location": one.at, "text": one.title or ""}
            yield Finding(url=one.link_to or site.facts.home, cause=one.id, detail=detail)
