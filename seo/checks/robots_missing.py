"""Check robots-missing: there is no robots.txt."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="robots-missing",
    group=Group.INDEX,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("There is a robots.txt", "有 robots.txt"),
    title_bad=Text("There is no robots.txt", "没有 robots.txt"),
    why=Text(
        "Everything may be crawled, which is allowed; but sitemaps cannot be named.",
        "等于允许抓取全部，没有错；但也没处写站点地图地址。",
    ),
    mend=Text("Put one up with a Sitemap line.", "建一个，并写上 Sitemap 行。"),
    source="RFC 9309 §2.3.1.3",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """4xx for /robots.txt."""
    for row in site.origins:
        if 400 <= row.robots_status < 500:
            yield Finding(url=f"{row.origin}/robots.txt", detail={"status": row.robots_status})
