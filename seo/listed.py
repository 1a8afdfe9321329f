"""What the sitemaps list, with how each address stands."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from seo.models import SitemapEntryRow, UrlRow
from seo.site import Site, Target


def listed_urls(site: Site) -> Iterator[tuple[str, Target]]:
    """(URL of the first sitemap that lists it, target) of each listed address, once."""
    first: dict[int, int] = {}
    for sitemap, listed, _lastmod in site.listed():
        first.setdefault(listed, sitemap)
    names = site.urls_by_id(sorted(set(first.values())))
    chosen = select(SitemapEntryRow.target).where(SitemapEntryRow.crawl_id == site.crawl_id)
    for target in site.targets(select(UrlRow).where(UrlRow.id.in_(chosen))):
        yield names[first[target.id]], target
