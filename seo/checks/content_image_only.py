"""Check content-image-only: the page says what it says in an image."""

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
    id="content-image-only",
    group=Group.CONTENT,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("What the page says is text", "页面信息是文字"),
    title_bad=Text("The page says what it says in an image", "页面内容全在图片里"),
    why=Text("Engines and screen readers cannot read it; Baidu advises text.", "引擎和读屏都读不到；百度建议使用文字。"),
    mend=Text("Write the text beside the image.", "在图片旁写上文字。"),
    source="Baidu 搜索优化指南",
    limits={"characters": 100, "image_bytes": 20_000},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Under 100 characters of text and at least one big image."""
    image = stored.KIND_NUMBER[LinkKind.IMG]
    for page in site.pages(PageRow.words + PageRow.han < limits["characters"], PageRow.images > 0):
        sizes = select(func.max(UrlRow.wire_bytes)).join(LinkRow, (LinkRow.crawl_id == UrlRow.crawl_id) & (LinkRow.target == UrlRow.id))
        largest = site.session.scalar(sizes.where(LinkRow.crawl_id == site.crawl_id, LinkRow.source == page.id, LinkRow.kind == image))
        length = site.sheet(page.id).get("text_length", 0)
        if largest and largest >= limits["image_bytes"] and length < limits["characters"]:
            yield Finding(url=page.url, detail={"count": length, "image_bytes": int(largest)})
