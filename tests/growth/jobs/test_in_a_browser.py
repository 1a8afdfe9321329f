"""The Jobs pages in a real browser: accessible, nothing cut off, nothing foreign loaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from growth import clock
from growth.alerts import raise_alert
from growth.db import Database
from growth.jobs import ask, read_catalogue
from growth.jobs.reconcile import reconcile
from tests.chromium import Site, engine, serve, violations
from tests.growth.jobs.plant import Plant

__all__ = ["engine", "serve"]

pytestmark = pytest.mark.browser


@pytest.fixture
def site(embedded: Database, serve: Callable[..., Site]) -> Site:
    """A site with a run that is done, missed ones, and something wrong."""
    now = clock.now()
    found = read_catalogue(embedded.workspace)
    reconcile(embedded, found, now=now - timedelta(days=3))
    reconcile(embedded, found, now=now)
    with embedded.write() as session:
        raise_alert(session, kind="robot_failed", title="机器人地址无效", detail="WeCom errcode 93000", dedupe="robot:ops", now=now)
        ask(session, found, job="jobs.tidy", key=(now - timedelta(days=9)).strftime("%Y-%m-%d"), asked_by="ming", now=now)
    plant = Plant(embedded, now)
    plant.catalogue = found
    plant.turn(plant.worker())
    return serve(embedded, clock=clock.now)


@pytest.mark.parametrize(("theme", "width"), [("light", 390), pytest.param("dark", 1280, marks=pytest.mark.slow)])
def test_the_jobs_pages_are_accessible_and_fit(site: Site, theme: str, width: int) -> None:
    admin = site.web.browser("admin")
    for path in ("/jobs", "/jobs/jobs.tidy", "/jobs/history", "/alerts"):
        page = site.open(admin, path, theme=theme, width=width)
        assert violations(page) == [], path
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, path
        page.context.close()
    assert site.said == []
