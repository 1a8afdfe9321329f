"""Is it working? What came last by which way, what is wrong, and the way out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from growth import accounts
from growth.traffic import Way, import_signups, working
from tests.journeys import Site, journey
from tests.web import Web


def wrong(site: Site, **later: float) -> list[str]:
    return [each.what for each in working(site.database, now=site.start + timedelta(**later)).wrong]


def test_the_last_sign_up_and_step_are_told_with_their_way(site: Site, tmp_path: Path) -> None:
    visitor = journey(site, "v1").visit("/").wait(minutes=1).sign_up("u1").wait(minutes=1).step("u1", "real_name")
    state = working(site.database, now=site.start)
    assert state.event == site.start
    assert state.signup is not None
    assert (state.signup.at, state.signup.way) == (site.start + timedelta(minutes=1), Way.SERVER)
    assert state.step is not None
    assert (state.step.name, state.step.way) == ("real_name", Way.SERVER)
    visitor.wait(minutes=1).event("step", name="apply")
    step = working(site.database, now=site.start).step
    assert step is not None
    assert (step.name, step.way) == ("apply", Way.SCRIPT)
    file = tmp_path / "signups.jsonl"
    at = (site.start + timedelta(hours=1)).isoformat()
    lines = [{"id": "u2", "at": at}, {"signup": "u3", "step": "first_bid", "at": at}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_signups(site.database, file, now=site.start + timedelta(hours=2))
    journey(site, "v3", start=site.start + timedelta(minutes=5)).sign_up("u3")
    state = working(site.database, now=site.start)
    assert state.signup is not None
    assert state.step is not None
    assert (state.signup.way, state.step.name, state.step.way) == (Way.FILE, "first_bid", Way.FILE)


def test_where_nothing_came_it_says_why_and_what_to_do(site: Site) -> None:
    database, now = site.database, site.start
    assert wrong(site) == ["No event has come yet.", "No sign-up has come yet, and the site's server has no key."]
    with database.write() as session:
        accounts.create_key(session, name="website", scopes=["signups"], actor="test", now=now)
    assert wrong(site)[1] == "No sign-up has come yet: the key “website” was never used."
    with database.write() as session:
        (key,) = accounts.list_keys(session)
        accounts.note_use(session, key_id=key.id, now=now)
    assert wrong(site)[1] == "The key “website” was used, but no sign-up is booked."
    journey(site, "v1", start=now).visit("https://staging.example.net/")
    assert wrong(site)[:2] == [
        "1 event of this week came from another host than the site's.",
        "Events come, and every one is left out, most as “foreign”.",
    ]
    assert all(each.fix for each in working(database, now=now).wrong)


def test_what_stopped_and_what_joins_nothing_is_told(site: Site) -> None:
    journey(site, "v1").visit("/").sign_up("u1").step("u1", "real_name")
    assert wrong(site) == ["Steps of the funnel that never came: first_bid, apply, bid."]
    later = site.start + timedelta(days=20)
    journey(site, "v2", start=later).visit("/")
    assert "Visits come, but no sign-up for 20 days." in wrong(site, days=20, hours=1)
    assert "No event has come for 5 days." in wrong(site, days=25, hours=1)
    nobody = journey(site, None, start=later)
    for number in range(12):
        nobody.sign_up(f"n{number}")
    nobody.step("unknown", "real_name")
    found = wrong(site, days=20, hours=1)
    assert "12 of 13 sign-ups of thirty days say neither page nor visitor, so they join no visit." in found
    assert "1 step waits for a sign-up that has not come." in found


def test_the_page_shows_both(site: Site, make_web: Callable[..., Web]) -> None:
    journey(site, "v1").visit("/").sign_up("u1")
    shown = make_web(site.database).browser("viewer").get("/website/working").text
    assert "2026-11-23 10:00:00" in shown
