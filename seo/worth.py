"""What the pages of a crawl are worth: their views of the last 28 days and the site's goal rate, where visits are counted; else
their equity.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urljoin

from sqlalchemy import select

from growth.clock import site_day
from growth.db import Database
from growth.traffic import REGISTER_STEP, VISIT_STEP, funnel, pages
from seo.models import PageRow, UrlRow
from seo.weight import Worth

#: days whose views count, and visits in them from which on they say more than the link graph
DAYS = 28
ENOUGH_VISITS = 50
MOST_PAGES = 50_000


def worth_of(database: Database, *, crawl_id: int, now: datetime) -> Worth:
    """Views a month by URL and sign-ups a visit, where enough visits were counted; the equity of every page either way."""
    with database.store("crawl").read() as session:
        query = select(UrlRow.url, PageRow.equity).join(PageRow, (PageRow.crawl_id == UrlRow.crawl_id) & (PageRow.id == UrlRow.id))
        equity = dict(session.execute(query.where(UrlRow.crawl_id == crawl_id).execution_options(yield_per=5000)).tuples().all())
    until = site_day(now, database.workspace.zone)
    since = until - timedelta(days=DAYS)
    with database.read() as session:
        steps = funnel(session, steps=(VISIT_STEP, REGISTER_STEP), role=None, from_day=since, until_day=until)
        visits, signups = steps[0].count, steps[1].count
        if visits < ENOUGH_VISITS:
            return Worth(equity=equity)
        home = database.workspace.settings.site.url
        seen = pages(session, from_day=since, until_day=until, most=MOST_PAGES)
    views = {urljoin(home, row.path): row.views * 30 / DAYS for row in seen}
    return Worth(visits=views, rate=max(signups, 1) / visits, equity=equity)
