"""Several visitors at the sample site, in a real browser: script, collector, cookie, sign-up call; and the table is exactly right."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from growth import accounts, clock
from growth.attribution import all_models, attribution_report, model_named
from growth.channels import ensure_channels, tracked_link
from growth.db import Database, open_database
from growth.sandbox.demo.site import DemoSite
from growth.traffic import catch_up, dead_ends, site_sums
from tests.chromium import Site, engine, serve
from tests.conftest import MakeWorkspace
from tests.journeys import PHONE
from tests.migrated import copy_files

__all__ = ["engine", "serve"]

pytestmark = pytest.mark.browser

CHANNELS = """\
channels:
  poster: {medium: offline, to: /register}
  baidu-paid: {medium: paid-search, match: {source: baidu, medium: paid-search}}
"""
BAIDU = "https://www.baidu.com/link?url=x"
#: what to expect of each model: sign-ups credited, by channel
EXPECTED = {
    "first": {"poster": 1, "organic-search": 1, "direct": 1},
    "last": {"poster": 1, "email": 1, "direct": 1},
    "last_non_direct": {"poster": 1, "email": 1, "direct": 1},
    "linear": {"poster": 1, "organic-search": 0.5, "email": 0.5, "direct": 1},
    "position": {"poster": 1, "organic-search": 0.5, "email": 0.5, "direct": 1},
    "shapley": {"poster": 1, "organic-search": 0.5, "email": 0.5, "direct": 1},
}


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with DemoSite() as site:
        yield site


@pytest.fixture
def site(make_workspace: MakeWorkspace, migrated_files: Path, serve: Callable[..., Site], demo: DemoSite) -> Iterator[Site]:
    """The application that counts the sample site, which tells it of its members."""
    yaml = f"site: {{name: 诚信贷, url: '{demo.url}/'}}\ntraffic: {{identity: cookie}}\n"
    workspace = make_workspace(yaml, files={"channels.yaml": CHANNELS})
    copy_files(migrated_files, workspace.state)
    database = open_database(workspace, check_schema=False)
    found = serve(database, clock=clock.now)
    with database.write() as session:
        ensure_channels(session, workspace=database.workspace, now=clock.now())
        demo.api_key = accounts.create_key(session, name="site", scopes=["signups", "events"], actor="test", now=clock.now())
    demo.growth_url = found.url
    yield found
    database.close()


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, site: Site, demo: DemoSite, *, agent: str = PHONE) -> None:
        self.demo = demo
        self.page: Any = site.engine.new_context(user_agent=agent, locale="zh-CN").new_page()

    def open(self, path: str, *, referrer: str | None = None) -> Visitor:
        """Come to a page from outside."""
        address = path if "://" in path else self.demo.url + path
        with self.page.expect_request(lambda request: request.url.endswith("/collect") or "/collect?" in request.url, timeout=60_000):
            self.page.goto(address, referer=referrer, timeout=60_000)
        return self

    def sign_up(self, phone: str, role: str) -> None:
        """Fill in the form as people do."""
        self.open("/register")
        for field, value in {"name": "王芳", "phone": phone, "email": f"{phone}@example.com"}.items():
            self.page.fill(f"[name={field}]", value, timeout=60_000)
        self.page.check(f"[name=role][value={role}]", timeout=60_000)
        self.page.check("[name=consent]", timeout=60_000)
        with self.page.expect_navigation(timeout=60_000):
            self.page.click("form[name=register] button", timeout=60_000)


def counted(database: Database, views: int, missing: int) -> Any:
    """The sums once so many page views have come; a minute is time enough for the busiest machine."""
    deadline = time.monotonic() + 60
    today = clock.site_day(clock.now(), database.workspace.zone)
    span = {"from_day": today - timedelta(days=1), "until_day": today + timedelta(days=1)}
    while True:
        catch_up(database)
        with database.read() as session:
            sums = site_sums(session, **span)
        if (sums.views, sums.missing) == (views, missing) or time.monotonic() > deadline:
            return sums
        time.sleep(0.1)


def test_the_table_of_several_visitors_is_exactly_right(site: Site, demo: DemoSite) -> None:
    database = site.web.database
    with database.write() as session:
        code = tracked_link(session, channel="poster", target="/register", workspace=database.workspace, now=clock.now()).code
    Visitor(site, demo).open(f"{site.url}/q/{code}").sign_up("13800138001", "investor")
    Visitor(site, demo).open("/loans", referrer=BAIDU).open("/loans?utm_source=edm&utm_medium=email").sign_up("13800138002", "borrower")
    Visitor(site, demo).open("/").sign_up("13800138003", "investor")
    Visitor(site, demo).open("/loans?bd_vid=8A1").open("/no-such-page")
    Visitor(site, demo, agent="Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)").open("/loans")
    assert [member.told for member in demo.members.all()] == [True] * 3

    sums = counted(database, views=11, missing=1)
    assert (sums.views, sums.missing, sums.visits, sums.daily_visitors) == (11, 1, 5, 4)
    today = clock.site_day(clock.now(), database.workspace.zone)
    days = {"from_day": today - timedelta(days=1), "until_day": today + timedelta(days=1)}
    assert [each.path for each in dead_ends(database, **days)] == ["/no-such-page"]
    visits = {"poster": 1, "email": 1, "organic-search": 1, "direct": 1, "baidu-paid": 1}
    for model in all_models():
        with database.read() as session:
            report = attribution_report(session, workspace=database.workspace, model=model_named(model), **days)
        assert report.conversions == 3
        found = {row.label: row for row in report.rows}
        assert {name: row.visits for name, row in found.items() if row.visits} == visits, model
        assert sum(row.credit for row in report.rows) == pytest.approx(3)
        if model in EXPECTED:
            assert {name: float(row.credit) for name, row in found.items() if row.credit} == EXPECTED[model], model
