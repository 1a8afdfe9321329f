"""Hot areas and clicks to get in touch: counted once, by day, place, element and screen, on each engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from growth.db import Database
from growth.traffic import ContactClicks, Received, Spot, clicked_pages, contact_clicks, hot_page, refresh_hot_areas
from growth.traffic.jobs import forget_events
from tests.growth.traffic.conftest import CHANNELS, YAML
from tests.journeys import Journey, Site, journey

DAYS = {"from_day": date(2026, 11, 1), "until_day": date(2026, 11, 30)}


@pytest.fixture
def site(open_workspace: Callable[..., Database]) -> Site:
    """A site on each engine."""
    return Site(open_workspace(YAML, files={"channels.yaml": CHANNELS}))


def click(visitor: Journey, x: float, y: float, *, width: int = 1280, name: str = "a.cta", target: str = "") -> Journey:
    return visitor.event("click", x=x, y=y, width=width, name=name, target=target)


def test_clicks_are_counted_by_place_element_and_screen(site: Site) -> None:
    first = journey(site, "v1").visit("/?from=x", title="首页")
    click(first, 0.0, 0.0, target="https://www.example.com/loan?secret=1")
    click(first, 0.999, 1.0, target="https://www.example.com/loan?secret=2")
    click(journey(site, "v2").visit("/"), 0.05, 0.049, width=390, name="#menu button")
    assert refresh_hot_areas(site.database) > 0
    assert refresh_hot_areas(site.database) == 0
    with site.database.read() as session:
        found = hot_page(session, "/", **DAYS)
        phones = hot_page(session, "/", **DAYS, spots=(Spot.PHONE,))
        before = hot_page(session, "/", from_day=date(2026, 10, 1), until_day=date(2026, 10, 31))
        (page,) = clicked_pages(session, **DAYS)
    assert (found.clicks, found.phone_clicks, found.cells) == (3, 1, {(0, 0): 2, (19, 9): 1})
    assert phones.cells == {(0, 0): 1}
    assert [(row.element, row.target, row.clicks) for row in found.elements] == [
        ("a.cta", "https://www.example.com/loan", 2),
        ("#menu button", "", 1),
    ]
    assert sum(row.share for row in found.elements) == pytest.approx(1)
    assert (page.path, page.title, page.clicks, page.phone_clicks, page.scroll) == ("/", "首页", 3, 1, None)
    assert (before.clicks, before.cells, before.elements, before.depths) == (0, {}, (), ())


def test_the_scroll_map_falls_from_the_top_to_the_end(site: Site) -> None:
    for depth in (100, 55, 30, 30):
        journey(site).visit("/loan").leave(scroll=depth)
    refresh_hot_areas(site.database)
    with site.database.read() as session:
        shares = [row.share for row in hot_page(session, "/loan", **DAYS).depths]
        (page,) = clicked_pages(session, **DAYS)
    assert shares == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]
    assert page.scroll == pytest.approx((1 + 0.6 + 0.3 + 0.3) / 4)


def test_a_second_copy_counts_once_and_what_was_counted_outlives_the_raw_events(site: Site) -> None:
    held: list[Received] = []
    click(journey(site, "v1", held=held).visit("/"), 0.5, 0.5)
    for _time in range(2):
        site.send(*held)
        refresh_hot_areas(site.database)
    assert forget_events(site.database, before=site.start + timedelta(days=1)) == 2
    refresh_hot_areas(site.database)
    with site.database.read() as session:
        assert hot_page(session, "/", **DAYS).clicks == 1


def test_clicks_to_get_in_touch_belong_to_the_channel_of_their_visit(site: Site) -> None:
    visitor = journey(site, "v1").visit("/", via="poster").event("contact", name="tel:4000000000").event("contact", name="tel:4000000000")
    visitor.wait(days=1).visit("/", referrer="https://www.baidu.com/link?url=x").event("contact", name="qq:10000")
    journey(site, "v2").event("contact", name="qq:10000")
    assert contact_clicks(site.database, **DAYS) == [
        ContactClicks(name="tel:4000000000", channel="poster", clicks=2, visitors=1),
        ContactClicks(name="qq:10000", channel="", clicks=1, visitors=1),
        ContactClicks(name="qq:10000", channel="organic-search", clicks=1, visitors=1),
    ]
