"""What a crawl that was cut off had done already, counted from its rows."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.db import Database
from seo.crawl.walk import Counts
from seo.models import CrawlRow, LinkRow, PageRow, UrlRow
from seo.summary import unsheet


def counts_of(session: Session, crawl_id: int) -> Counts:
    """What was done before the crawl was cut off."""
    pages = session.scalar(select(func.count()).select_from(PageRow).where(PageRow.crawl_id == crawl_id)) or 0
    links = session.scalar(select(func.count()).select_from(LinkRow).where(LinkRow.crawl_id == crawl_id)) or 0
    tries = session.scalar(select(func.coalesce(func.sum(UrlRow.attempts), 0)).where(UrlRow.crawl_id == crawl_id)) or 0
    broken = session.scalar(select(func.count()).select_from(UrlRow).where(UrlRow.crawl_id == crawl_id, UrlRow.verdict == "broken")) or 0
    return Counts(pages=pages, links=links, requests=int(tries), failures=broken)


def rendered_in(session: Session, crawl_id: int) -> tuple[int, int]:
    """Pages that a browser made before the crawl was cut off, and those that it could not: their sheets tell."""
    sheets = session.scalars(select(PageRow.sheet).where(PageRow.crawl_id == crawl_id).execution_options(yield_per=1000))
    faults = [made["fault"] for sheet in sheets if (made := unsheet(sheet).get("rendered")) is not None]
    return sum(1 for fault in faults if not fault), sum(1 for fault in faults if fault)


def requests_of(database: Database, crawl_id: int) -> int:
    """Requests that its row counts: also those for what has no row of its own (a browser's)."""
    with database.read() as session:
        return session.get_one(CrawlRow, crawl_id).requests
