"""Check url-too-long: the address is long."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="url-too-long",
    group=Group.URL,
    severity=Severity.NOTICE,
    title_good=Text("The address is short", "网址简短"),
    title_bad=Text("The address is long", "网址过长"),
    why=Text(
        "Long addresses are cut when shared; Baidu's sitemaps take 256 bytes, many servers 2,047.",
        "长网址分享时容易被截断；百度站点地图限 256 字节，许多服务器限 2047。",
    ),
    mend=Text("Shorten folders and parameters.", "精简目录和参数。"),
    source="Screaming Frog's thresholds; Baidu sitemap; sitemaps.org",
    limits={"characters": 115, "baidu_bytes": 256, "error_bytes": 2047},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Longer than 115 characters; a warning over 256 bytes, an error over 2,047."""
    length = len(page.url)
    if length > limits["characters"]:
        severity = Severity.ERROR if length > limits["error_bytes"] else Severity.WARNING if length > limits["baidu_bytes"] else None
        yield Finding(detail={"length": length}, severity=severity)
