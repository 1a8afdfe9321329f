"""Check slow-response: the server answers slowly."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="slow-response",
    group=Group.HTTP,
    severity=Severity.WARNING,
    title_good=Text("The server answers quickly", "服务器响应快"),
    title_bad=Text("The server answers slowly", "服务器响应慢"),
    why=Text(
        "Every tenth of a second costs visitors; engines read fewer pages of a slow site.",
        "每慢 0.1 秒都会流失访客；网站慢，引擎抓得也少。",
    ),
    mend=Text(
        "Cache the page, look for slow queries, move nearer to the visitors.",
        "做缓存、查慢查询，或用离访客更近的节点。",
    ),
    source="https://web.dev/articles/ttfb",
    limits={"ms": 800, "error_ms": 3000},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """More than 800 ms to the first byte; an error over three seconds."""
    if page.ttfb_ms > limits["ms"]:
        severity = Severity.ERROR if page.ttfb_ms > limits["error_ms"] else None
        yield Finding(detail={"value": f"{page.ttfb_ms} ms", "ttfb_ms": page.ttfb_ms}, severity=severity)
