"""Check og-image-broken: the picture for sharing does not work."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow, UrlRow
from seo.page import LinkKind
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="og-image-broken",
    group=Group.CONTENT,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The picture for sharing works", "分享图片可用"),
    title_bad=Text("The picture for sharing does not work", "分享图片不可用"),
    why=Text("The shared link has no picture, and few click it.", "分享出去没有图，少有人点。"),
    mend=Text("Name a picture of at least 200×200, best 1200×630.", "使用至少 200×200 的图片，最好 1200×630。"),
    source="https://ogp.me/",
    limits={"pixels": 200},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Not 200, no image, or smaller than 200×200."""
    kind = stored.KIND_NUMBER[LinkKind.OG_IMAGE]
    chosen = select(LinkRow.target).where(LinkRow.crawl_id == site.crawl_id, LinkRow.kind == kind)
    sizes = dict(
        site.session.execute(select(UrlRow.id, UrlRow.picture).where(UrlRow.crawl_id == site.crawl_id, UrlRow.picture.is_not(None)))
        .tuples()
        .all()
    )
    for target in site.targets(select(UrlRow).where(UrlRow.id.in_(chosen), UrlRow.state == "fetched")):
        problem = ""
        if target.verdict == "broken" and (target.internal or target.url in site.broken_before):
            problem = "broken"
        elif target.verdict == "ok" and target.redirect_to is None and target.media_type and not target.media_type.startswith("image/"):
            problem = target.media_type
        elif (size := sizes.get(target.id)) and min(map(int, size.split("x"))) < limits["pixels"]:
            problem = size
        if problem:
            sources, pages, _links = site.sources_of([target.id], kinds=(kind,), most=20)
            detail = {
                "target": target.url,
                "status": target.status,
                "found": problem,
                "sources": [one.url for one in sources],
                "source_count": pages,
            }
            yield Finding(url=sources[0].url if sources else site.facts.home, cause=target.url, detail=detail)
