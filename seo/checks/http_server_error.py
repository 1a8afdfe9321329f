"""Check http-server-error: the server fails at an address (5xx)."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="http-server-error",
    group=Group.HTTP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("The server does not fail", "服务器正常"),
    title_bad=Text("The server fails at an address (5xx)", "服务器出错（5xx）"),
    why=Text(
        "Visitors see an error page; engines slow down and in the end drop the page.",
        "访客看到报错页；引擎会降低抓取，最终删除页面。",
    ),
    mend=Text("Look into the server's log at that time.", "查看该时刻的服务器日志。"),
    source="https://developers.google.com/search/docs/crawling-indexing/http-network-errors",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """5xx, also after two more tries at least five seconds apart."""
    for target in site.internal(UrlRow.status >= 500):
        yield Finding(url=target.url, detail={"status": target.status})
