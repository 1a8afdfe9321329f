"""Check robots-too-large: robots.txt is larger than engines read."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="robots-too-large",
    group=Group.INDEX,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("robots.txt is small", "robots.txt 大小合适"),
    title_bad=Text("robots.txt is larger than engines read", "robots.txt 过大，后面的规则不会被读取"),
    why=Text("What comes after 500 KiB does not hold.", "超过 500 KiB 的部分不会生效。"),
    mend=Text("Use wildcards instead of lists.", "用通配符代替长列表。"),
    source="RFC 9309 §2.5",
    limits={"bytes": 512_000},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """More than 500 KiB."""
    for origin, robots in site.robots.items():
        if robots.size_bytes > limits["bytes"]:
            yield Finding(
                url=f"{origin}/robots.txt", detail={"size_bytes": robots.size_bytes, "value": f"{robots.size_bytes / 1024:.0f} KiB"}
            )
