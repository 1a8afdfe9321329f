"""Periods of whole months and odd days say what their days say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest

from growth.traffic import clicked_pages, pages, refresh_hot_areas, refresh_rollups, site_sums, ways
from tests.journeys import Site, journey

DAYS = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 20)]


@pytest.fixture
def visited(site: Site) -> Site:
    """A site with two views, a click and a scroll on each of the days."""
    for number, day in enumerate(DAYS):
        at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        visitor = journey(site, f"v{number}", start=at).visit("/")
        visitor.event("click", x=0.5, y=0.5, width=1200)
        visitor.leave(scroll=55)
        # made once with the visit that ends here, and again when it has gone on
        refresh_rollups(site.database)
        visitor.wait(minutes=1).visit("/next")
        refresh_rollups(site.database)
    refresh_hot_areas(site.database)
    return site


def test_a_period_counts_each_of_its_days_once(visited: Site) -> None:
    firsts = [date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 15), date(2026, 11, 1)]
    lasts = [date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 24)]
    with visited.database.read() as session:
        for first, last in product(firsts, lasts):
            expected = sum(first <= day <= last for day in DAYS)
            period = {"from_day": first, "until_day": last}
            assert site_sums(session, **period).views == 2 * expected
            seen = {row.path: (row.views, row.entries, row.exits) for row in pages(session, **period)}
            assert seen == ({"/": (expected, expected, 0), "/next": (expected, 0, expected)} if expected else {})
            went, came = ways(session, "/", **period).after, ways(session, "/next", **period).before
            assert [(part.path, part.views) for part in went] == ([("/next", expected)] if expected else [])
            assert [(part.path, part.views) for part in came] == ([("/", expected)] if expected else [])
            clicked = [(row.clicks, row.leaves, row.scroll) for row in clicked_pages(session, **period)]
            assert clicked == ([(expected, expected, pytest.approx(0.6))] if expected else [])
