"""Check compression-missing: text is sent uncompressed."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="compression-missing",
    group=Group.HTTP,
    severity=Severity.NOTICE,
    title_good=Text("Text is compressed on the way", "传输已压缩"),
    title_bad=Text("Text is sent uncompressed", "传输未压缩"),
    why=Text(
        "Compressed text is a quarter of the size: quicker, and cheaper for phones.",
        "压缩后只有四分之一大小，更快也更省流量。",
    ),
    mend=Text("Turn gzip or br on in the server.", "在服务器上开启 gzip 或 br。"),
    source="https://developer.chrome.com/docs/lighthouse/performance/uses-text-compression",
    limits={"bytes": 1400},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than 1,400 bytes (one packet) without gzip, br or the like."""
    if page.size_bytes > limits["bytes"] and page.headers.get("content-encoding", "identity").lower() in ("identity", ""):
        yield Finding(detail={"size_bytes": page.size_bytes, "value": f"{page.size_bytes / 1000:.0f} KB"})
