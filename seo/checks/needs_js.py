"""Check needs-js: the page is empty without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow, PageRow, UrlRow
from seo.page import LinkKind
from seo.severity import Severity
from seo.site import PageFacts, Site

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
    """Under 200 visible characters, an element that scripts fill, and more than 50 KB of scripts. Of a page that a browser rendered it is
    known: under 200 characters or no title without scripts, and more with them.
    """
    few = () if site.rendered else (PageRow.words + PageRow.han < limits["characters"],)
    for page in site.pages(*few):
        sheet = site.sheet(page.id)
        if (without := sheet.get("unrendered")) is not None:
            if made := _made_by_scripts(page, sheet, without, limits["characters"]):
                yield Finding(url=page.url, detail={"count": without["text_length"], "value": ", ".join(made), "rendered": True})
            continue
        if not sheet.get("app_root") or sheet.get("text_length", 0) >= limits["characters"]:
            continue
        total = _loaded(site, page.id) + sheet.get("script_bytes", 0)
        if total > limits["script_bytes"]:
            yield Finding(url=page.url, detail={"count": sheet["text_length"], "script_bytes": total})


def _made_by_scripts(page: PageFacts, sheet: Mapping[str, Any], without: Mapping[str, Any], characters: int) -> list[str]:
    """What only a browser sees."""
    made = [
        name for name, here in (("title", page.title), ("description", page.description), ("h1", page.h1)) if here and not without[name]
    ]
    if without["text_length"] < characters <= sheet["text_length"]:
        made.append("text")
    return made if "title" in made or "text" in made else []


def _loaded(site: Site, page_id: int) -> int:
    """Bytes of the script files of a page."""
    script = stored.KIND_NUMBER[LinkKind.SCRIPT]
    sizes = select(func.sum(UrlRow.wire_bytes)).join(LinkRow, (LinkRow.crawl_id == UrlRow.crawl_id) & (LinkRow.target == UrlRow.id))
    query = sizes.where(LinkRow.crawl_id == site.crawl_id, LinkRow.source == page_id, LinkRow.kind == script)
    return int(site.session.scalar(query) or 0)
