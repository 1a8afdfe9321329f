"""Check robots-unreachable: robots.txt cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="robots-unreachable",
    group=Group.INDEX,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("robots.txt can be read", "robots.txt 可读取"),
    title_bad=Text("robots.txt cannot be read", "robots.txt 无法读取"),
    why=Text(
        "Engines must then take everything as disallowed, and stop crawling the site.",
        "引擎必须视为全部禁止，停止抓取整站。",
    ),
    mend=Text("Let the server answer 200 or 404 for it.", "让服务器对它返回 200 或 404。"),
    source="RFC 9309 §2.3.1.4",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """5xx, or no answer."""
    for row in site.origins:
        if row.robots_status >= 500 or (row.robots_fault is not None and not row.robots_status):
            yield Finding(url=f"{row.origin}/robots.txt", detail={"status": row.robots_status or None, "fault": row.robots_fault})
