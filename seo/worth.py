"""What the pages of a crawl are worth: their visits of the last 28 days and the site's goal rate, where visits are counted; else their
equity.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from growth.db import Database
from seo.models import PageRow, UrlRow
from seo.weight import Worth


def worth_of(database: Database, *, crawl_id: int, now: datetime) -> Worth:
    """Equity by URL; visits join it as soon as the traffic room counts some."""
    with database.store("crawl").read() as session:
        query = select(UrlRow.url, PageRow.equity).join(PageRow, (PageRow.crawl_id == UrlRow.crawl_id) & (PageRow.id == UrlRow.id))
        rows = session.execute(query.where(UrlRow.crawl_id == crawl_id).execution_options(yield_per=5000)).tuples()
        return Worth(equity=dict(rows.all()))
