"""Check img-too-large: an image is very large."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.page import LinkKind
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="img-too-large",
    group=Group.CONTENT,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Images are small", "图片体积适中"),
    title_bad=Text("An image is very large", "图片体积过大"),
    why=Text("It is the slowest part of the page, above all on a phone.", "它是页面最慢的部分，手机上尤甚。"),
    mend=Text("Scale it, and save it as WebP or AVIF.", "缩小尺寸并存为 WebP 或 AVIF。"),
    source="Screaming Frog's issue list (100 KB); SEOnaut (500 KB)",
    limits={"bytes": 100_000, "warning_bytes": 500_000},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """More than 100 KB; a warning over 500 KB."""
    query = select(UrlRow).where(
        UrlRow.internal.is_(True), UrlRow.kind == "resource", UrlRow.wire_bytes > limits["bytes"], UrlRow.found_by.in_(("img", "srcset"))
    )
    sizes = dict(
        site.session.execute(
            select(UrlRow.id, UrlRow.wire_bytes).where(UrlRow.crawl_id == site.crawl_id, UrlRow.wire_bytes > limits["bytes"])
        )
        .tuples()
        .all()
    )
    for target in site.targets(query):
        sources, pages, _links = site.sources_of([target.id], kinds=_KINDS, most=20)
        size = int(sizes.get(target.id) or 0)
        if sources:
            yield Finding(
                url=sources[0].url,
                cause=target.url,
                detail={
                    "target": target.url,
                    "size_bytes": size,
                    "value": f"{size / 1000:.0f} KB",
                    "sources": [source.url for source in sources],
                    "source_count": pages,
                },
                severity=Severity.WARNING if size > limits["warning_bytes"] else None,
            )


_KINDS = (stored.KIND_NUMBER[LinkKind.IMG], stored.KIND_NUMBER[LinkKind.SRCSET])
