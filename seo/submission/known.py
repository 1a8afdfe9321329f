"""What the last crawl knows that submission needs: the pages worth telling, the share of broken links."""

from __future__ import annotations

from sqlalchemy import func, select

from growth.db import Database
from seo.models import CrawlRow, PageRow, UrlRow


def last_crawl(database: Database) -> int | None:
    """The newest crawl whose pages are still kept, whether or not it went to its end."""
    with database.read() as session:
        return session.scalar(select(CrawlRow.id).where(CrawlRow.kept, CrawlRow.pages > 0).order_by(CrawlRow.id.desc()).limit(1))


def indexable_urls(database: Database) -> list[str]:
    """The indexable pages of the last crawl, those near the home page first; empty before the first crawl."""
    crawl = last_crawl(database)
    if crawl is None:
        return []
    with database.store("crawl").read() as session:
        query = (
            select(UrlRow.url)
            .join(PageRow, (PageRow.crawl_id == UrlRow.crawl_id) & (PageRow.id == UrlRow.id))
            .where(UrlRow.crawl_id == crawl, ~PageRow.noindex, PageRow.canonical.is_(None) | (PageRow.canonical == PageRow.id))
            .order_by(UrlRow.depth, UrlRow.id)
        )
        return list(session.scalars(query))


def broken_share(database: Database) -> float | None:
    """Broken among the checked links of the last crawl, 0 to 1; None before the first crawl."""
    crawl = last_crawl(database)
    if crawl is None:
        return None
    with database.store("crawl").read() as session:
        pairs = select(UrlRow.verdict, func.count()).where(UrlRow.crawl_id == crawl, UrlRow.verdict.is_not(None)).group_by(UrlRow.verdict)
        counts = dict(session.execute(pairs).tuples().all())
    checked = sum(counts.values())
    return counts.get("broken", 0) / checked if checked else 0.0
