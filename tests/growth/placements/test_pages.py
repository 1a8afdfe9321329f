"""/placements in the dashboard: who may see it, a look at a page now, the steps that a person says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from argon2 import PasswordHasher

from growth.accounts import passwords
from growth.db import Database
from growth.placements import PlacementState, history, move, placement
from growth.placements.keep import sync
from tests.elsewhere import Elsewhere
from tests.web import Web


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def database_url() -> None:
    """Pages are the same on each engine."""
    return


@pytest.fixture
def web(placed: Callable[..., Database], make_web: Callable[..., Web], elsewhere: Elsewhere, our_site: Elsewhere, now: datetime) -> Web:
    page = elsewhere.put("/links", f'<a href="{our_site.url}/">诚信贷 &lt;b&gt;</a>')
    database = placed(
        f"placements:\n  - {{id: one, channel: hao123, kind: directory, at: '{page}', title: 首页}}\n"
        "  - {id: two, channel: partner, kind: poster}\n"
    )
    sync(database, now=now)
    return make_web(database)


def state(web: Web, id: str = "one") -> PlacementState:
    with web.database.read() as session:
        view = placement(session, id=id)
    assert view is not None
    return view.state


@pytest.mark.parametrize("role", ["seo", "marketer", "admin"])
def test_those_who_place_see_the_list_and_one(web: Web, role: str) -> None:
    browser = web.browser(role)
    page = browser.get("/placements")
    assert page.status_code == 200
    assert 'href="/placements/one"' in page.text
    one = browser.get("/placements/one")
    assert (one.status_code, "首页" in one.text) == (200, True)
    assert browser.get("/placements/nowhere").status_code == 404


@pytest.mark.parametrize("role", ["viewer", "approver", "service", "director"])
def test_others_see_and_change_nothing(web: Web, role: str) -> None:
    browser = web.browser(role)
    assert browser.get("/placements").status_code == 403
    assert browser.get("/placements/one").status_code == 403
    assert browser.post("/placements/one/look").status_code == 403
    assert browser.post("/placements/one/step", {"to": "submitted", "evidence": "x"}).status_code == 403
    assert state(web) is PlacementState.PLANNED


def test_a_stranger_is_asked_to_log_in(web: Web) -> None:
    answer = web.stranger().get("/placements")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/placements")
    assert web.stranger().post("/placements/one/look").status_code in (303, 403)
    assert state(web) is PlacementState.PLANNED


def test_a_look_now_takes_the_life_a_step_and_shows_what_was_seen(web: Web) -> None:
    browser = web.browser("seo", name="ming")
    answer = browser.post("/placements/one/look")
    assert (answer.status_code, answer.headers["location"]) == (303, "/placements/one")
    page = browser.get("/placements/one").text
    assert "诚信贷 &lt;b&gt;" in page
    assert "诚信贷 <b>" not in page
    assert state(web) is PlacementState.LIVE
    with web.database.read() as session:
        assert history(session, id="one")[-1].actor == "user:ming"
    assert browser.post("/placements/nowhere/look").status_code in (303, 404)


def test_a_step_that_a_person_says_needs_its_evidence(web: Web) -> None:
    browser = web.browser("marketer", name="hong")
    refused = browser.post("/placements/two/step", {"to": "submitted", "evidence": "  "})
    assert refused.status_code == 400
    assert browser.post("/placements/two/step", {"to": "live", "evidence": "I saw it"}).status_code == 400
    assert browser.post("/placements/two/step", {"to": "refused", "evidence": "by phone"}).status_code == 400, "nothing was handed in"
    assert browser.post("/placements/two/step", {"to": "nonsense", "evidence": "x"}).status_code == 400
    assert state(web, "two") is PlacementState.PLANNED
    done = browser.post("/placements/two/step", {"to": "submitted", "evidence": "工单 <1234>"})
    assert done.status_code == 303
    assert state(web, "two") is PlacementState.SUBMITTED
    assert "工单 &lt;1234&gt;" in browser.get("/placements/two").text
    assert browser.post("/placements/nowhere/step", {"to": "submitted", "evidence": "x"}).status_code == 404


def test_a_form_from_elsewhere_changes_nothing(web: Web) -> None:
    browser = web.browser("seo")
    assert browser.send("POST", "/placements/one/look", data={}).status_code == 403
    assert browser.send("POST", "/placements/two/step", data={"to": "submitted", "evidence": "x"}).status_code == 403
    assert state(web) is PlacementState.PLANNED
    assert state(web, "two") is PlacementState.PLANNED


def test_the_table_is_downloaded_filtered_and_sorted(web: Web) -> None:
    browser = web.browser("seo")
    csv = browser.get("/placements?format=csv")
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.text.lstrip("\ufeff").splitlines()
    assert [row.split(",")[0] for row in rows] == ["one", "two"]
    assert len(head.split(",")) == len(rows[1].split(",")) == 10
    assert browser.get("/placements?format=xlsx").content[:2] == b"PK"


def test_what_waits_stands_on_the_todo_list_of_those_who_place(web: Web, now: datetime) -> None:
    with web.database.write() as session:
        move(session, id="two", to=PlacementState.PREPARED, at=now, evidence="fits", actor="test")
        move(session, id="one", to=PlacementState.LIVE, at=now, evidence="seen", actor="test")
        move(session, id="one", to=PlacementState.LOST, at=now, evidence="gone", actor="test")
    page = web.browser("seo").get("/todo").text
    assert "/placements/one" in page
    assert "/placements/two" in page
    assert "/placements/one" not in web.browser("approver").get("/todo").text


def test_no_placement_yet_says_what_to_do(placed: Callable[..., Database], make_web: Callable[..., Web]) -> None:
    page = make_web(placed("placements: []\n")).browser("seo").get("/placements")
    assert "growth placement add" in page.text
