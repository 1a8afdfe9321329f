"""Check http-client-error: an address of the site answers with an error (4xx)."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site
from seo.verdict import NOT_ERRORS

meta = CheckMeta(
    id="http-client-error",
    group=Group.HTTP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("The site's addresses answer", "站内网址都能访问"),
    title_bad=Text("An address of the site answers with an error (4xx)", "站内网址返回 4xx 错误"),
    why=Text("Whoever comes here finds nothing; engines drop the page.", "来的人什么也看不到，引擎会删除该页。"),
    mend=Text(
        "Bring the page back, redirect it (301), or take the links away.",
        "恢复页面、301 到替代页，或删除指向它的链接。",
    ),
    source="https://developers.google.com/search/docs/crawling-indexing/http-network-errors",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """400 to 499, without those that refuse a program or pass (401, 403, 407, 408, 425, 429, 451)."""
    for target in site.internal(UrlRow.status.between(400, 499), UrlRow.status.not_in(NOT_ERRORS)):
        yield Finding(url=target.url, detail={"status": target.status})
