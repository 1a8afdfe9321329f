"""submission-drift and listing-lost: they fire on rows that say so, and stay silent on their good twins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from growth.db import Database
from growth.placements import PlacementState, move, sync_placements
from growth.placements.settings import PlacementsFile
from seo.audit import run_audit
from seo.listing import list_issues
from seo.submission.models import Push
from tests.conftest import NOW
from tests.sites.served import LocalFetcher, Served, files

BASE = "https://www.rows.test/"
YAML = f"site: {{name: 诚信贷, url: '{BASE}'}}\nseo: {{crawl: {{requests_per_second: 100000, retry_after: 0s}}}}\n"
NOINDEX = '<meta name="robots" content="noindex">'


def site() -> Served:
    paths = ["/fine.html", "/gone.html", "/moved.html", "/hidden.html", "/refused.html"]
    resources: dict[str, Any] = {"/": {"links": paths}, "/fine.html": {}, "/hidden.html": {"head": NOINDEX}}
    resources |= {"/gone.html": {"status": 404}, "/moved.html": {"location": "/fine.html"}, "/refused.html": {"status": 404}}
    return Served(base=BASE, resources={**files(BASE), **resources})


def test_a_page_that_an_engine_accepted_and_that_is_dead_now_is_named(open_workspace: Callable[..., Database]) -> None:
    database = open_workspace(YAML)
    with database.write() as session:
        for path in ("fine", "gone", "moved", "hidden", "refused"):
            state = "refused" if path == "refused" else "accepted"
            push = Push(engine="baidu", url=f"{BASE}{path}.html", state=state, reason=None, at=NOW, day=NOW.date(), times=1)
            session.add(push)
    run_audit(database, now=NOW, fetching=lambda job: LocalFetcher(site(), job))
    found = {issue.url.removeprefix(BASE): issue.detail for issue in list_issues(database) if issue.check == "submission-drift"}
    assert set(found) == {"gone.html", "moved.html", "hidden.html"}
    assert found["gone.html"]["status"] == 404
    assert {detail["value"] for detail in found.values()} == {"baidu"}


@pytest.mark.parametrize(("state", "fires"), [("live", False), ("lost", True), ("changed", True)])
def test_a_listing_that_is_gone_or_changed_is_named_and_one_that_is_live_is_not(
    state: str, fires: bool, open_workspace: Callable[..., Database]
) -> None:
    entry = f"id: hao123-home, channel: hao123, kind: directory, at: 'https://www.hao123.example/', link_to: '{BASE}fine.html'"
    placements = f"placements:\n  - {{{entry}}}\n"
    channels = "channels:\n  hao123: {medium: directory}\n"
    database = open_workspace(YAML, files={"placements.yaml": placements, "channels.yaml": channels})
    entries = database.workspace.one("placements", PlacementsFile).placements
    with database.write() as session:
        sync_placements(session, entries=entries, now=NOW)
        for step in ("submitted", "live", *([state] if state != "live" else [])):
            move(session, id="hao123-home", to=PlacementState(step), at=NOW, evidence="test", actor="test")
    run_audit(database, now=NOW, fetching=lambda job: LocalFetcher(site(), job))
    mine = [issue for issue in list_issues(database) if issue.check == "listing-lost"]
    assert [(issue.url, issue.detail["found"], issue.detail["value"]) for issue in mine] == (
        [(f"{BASE}fine.html", state, "hao123-home")] if fires else []
    )
