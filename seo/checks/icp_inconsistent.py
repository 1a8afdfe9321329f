"""Check icp-inconsistent: pages show different ICP numbers."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.filing import icp_number
from seo.models import PageRow, UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="icp-inconsistent",
    group=Group.MARKETING,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("One ICP number everywhere", "备案号全站一致"),
    title_bad=Text("Pages show different ICP numbers", "备案号不一致"),
    why=Text("One of them is not yours: copied from another site, or out of date.", "其中必有一个不是你的：抄来的或过期的。"),
    mend=Text("Show the number of growth.yaml (site.icp) on every page.", "所有页面统一使用 growth.yaml 中的 site.icp。"),
    source="互联网信息服务管理办法 §12 (aliyunyh.com/492927.html, muchs.cn/news/158069.html)",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Different numbers across pages (the part behind the dash aside), or another than the dossier's."""
    by_number: dict[str, list[str]] = {}
    query = select(PageRow.icp, UrlRow.url).join(UrlRow, (UrlRow.crawl_id == PageRow.crawl_id) & (UrlRow.id == PageRow.id))
    for number, url in site.session.execute(
        query.where(PageRow.crawl_id == site.crawl_id, PageRow.icp.is_not(None)).order_by(UrlRow.url)
    ).tuples():
        by_number.setdefault(number or "", []).append(url)
    if not by_number:
        return
    right = icp_number(site.facts.icp or "") or max(by_number, key=lambda number: len(by_number[number]))
    for number, urls in by_number.items():
        if number != right:
            yield Finding(url=urls[0], cause=number, detail={"value": number, "found": right, "urls": urls[:50], "count": len(urls)})
