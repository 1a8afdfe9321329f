"""Check robots-cache-note: robots.txt changed within a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="robots-cache-note",
    group=Group.INDEX,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("robots.txt has been the same for a day", "robots.txt 一天内未改动"),
    title_bad=Text("robots.txt changed within a day", "robots.txt 在一天内改过"),
    why=Text("Engines may go by the old copy for 24 hours.", "引擎可能在 24 小时内仍按旧文件抓取。"),
    mend=Text("Wait a day before judging the effect.", "过一天再看效果。"),
    source="RFC 9309 §2.4",
    limits={"hours": 24},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Last-Modified less than 24 hours ago."""
    for row in site.origins:
        said = (row.facts or {}).get("headers", {}).get("last-modified")
        if not said or not 200 <= row.robots_status < 300:
            continue
        try:
            at = parsedate_to_datetime(said)
        except (ValueError, TypeError):
            continue
        if at.tzinfo and timedelta() <= site.now - at < timedelta(hours=limits["hours"]):
            yield Finding(url=f"{row.origin}/robots.txt", detail={"value": said})
