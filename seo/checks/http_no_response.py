"""Check http-no-response: the server does not answer at an address."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.answer import Fault
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="http-no-response",
    group=Group.HTTP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("The server answers", "服务器有响应"),
    title_bad=Text("The server does not answer at an address", "网址没有响应"),
    why=Text("Nobody gets through.", "谁都打不开。"),
    mend=Text(
        "See the kind of fault: name, connection, certificate, or an answer cut off.",
        "按错误类型检查：域名、连接、证书或响应中断。",
    ),
    source="https://developers.google.com/search/docs/crawling-indexing/http-network-errors",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """No whole answer, for another reason than time; the kind is kept."""
    for target in site.internal(
        UrlRow.status.is_(None), UrlRow.fault.not_in((Fault.TIMEOUT.value, Fault.PRIVATE.value, Fault.TOO_LARGE.value))
    ):
        yield Finding(url=target.url, detail={"fault": target.fault})
