"""Who is on the site now, and the ways over a page; on each engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from growth.db import Database
from growth.traffic import on_site, ways
from tests.growth.traffic.conftest import CHANNELS, YAML
from tests.journeys import Site, journey
from tests.web import Web

DAYS = {"from_day": date(2026, 11, 1), "until_day": date(2026, 11, 30)}


@pytest.fixture
def site(open_workspace: Callable[..., Database]) -> Site:
    """A site on each engine."""
    return Site(open_workspace(YAML, files={"channels.yaml": CHANNELS}))


def test_a_visit_is_on_the_site_until_five_minutes_after_its_last_event(site: Site) -> None:
    journey(site, "v1").visit("/", via="poster").wait(minutes=4).go("/loan")
    journey(site, "v2").visit("/old")
    with site.database.read() as session:
        (now,) = on_site(session, now=site.start + timedelta(minutes=8))
        assert on_site(session, now=site.start + timedelta(minutes=9)) == []
    assert (now.page, now.landing, now.pages, now.channel) == ("/loan", "/", 2, "poster")


def test_the_ways_over_a_page_tell_the_pages_before_and_after_and_the_outside(site: Site) -> None:
    journey(site, "v1").visit("/").wait(minutes=1).go("/loan").wait(minutes=1).go("/register")
    journey(site, "v2").visit("/").wait(minutes=1).go("/loan").wait(seconds=5).go("/loan").wait(minutes=40).go("/register")
    journey(site, "v3").visit("/loan").wait(minutes=1).go("/")
    with site.database.read() as session:
        found = ways(session, "/loan", **DAYS)
        assert ways(session, "/nowhere", **DAYS).before == ()
    assert found.views == 4
    assert [(part.path, part.views) for part in found.before] == [("/", 2), ("", 1)]
    assert [(part.path, part.views) for part in found.after] == [("", 1), ("/", 1), ("/register", 1)]
    assert sum(part.share for part in found.after) == pytest.approx(1)


def test_the_pages_show_both(site: Site, make_web: Callable[..., Web]) -> None:
    journey(site, "v1").visit("/", via="poster").wait(minutes=1).go("/loan")
    browser = make_web(site.database).browser("viewer")
    assert "/website/live" in browser.get("/website").text
    assert "hx-get" in browser.get("/website/live").text
    assert "/loan" in browser.get("/website/ways?path=/").text
    assert browser.get("/website/ways?path=/&format=csv").status_code == 200
