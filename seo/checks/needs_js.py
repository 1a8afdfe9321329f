"""Check needs-js: the page is empty without scripts."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow, PageRow, UrlRow
from seo.page import LinkKind
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="needs-js",
    group=Group.LINKS,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The page has its content without scripts", "不靠脚本也有内容"),
    title_bad=Text("The page is empty without scripts", "不执行脚本页面是空的"),
    why=Text(
        "Baidu and most other engines read what the server sends; here that is nothing.",
        "百度等多数引擎只读服务器返回的内容，这里什么也没有。",
    ),
    mend=Text("Render on the server, or build static pages.", "改为服务端渲染或静态化。"),
    source="https://developers.google.com/search/docs/crawling-indexing/javascript/javascript-seo-basics",
    limits={"characters": 200, "script_bytes": 50_000},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Under 200 visible characters, an element that scripts fill, and more than 50 KB of scripts."""
    script = stored.KIND_NUMBER[LinkKind.SCRIPT]
    for page in site.pages(PageRow.words + PageRow.han < limits["characters"]):
        sheet = site.sheet(page.id)
        if not sheet.get("app_root") or sheet.get("text_length", 0) >= limits["characters"]:
            continue
        sizes = select(func.sum(UrlRow.wire_bytes)).join(LinkRow, (LinkRow.crawl_id == UrlRow.crawl_id) & (LinkRow.target == UrlRow.id))
        loaded = site.session.scalar(sizes.where(LinkRow.crawl_id == site.crawl_id, LinkRow.source == page.id, LinkRow.kind == script)) or 0
        total = int(loaded) + sheet.get("script_bytes", 0)
        if total > limits["script_bytes"]:
            yield Finding(url=page.url, detail={"count": sheet["text_length"], "script_bytes": total})
