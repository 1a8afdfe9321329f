"""Phone calls: a touch of the channel that the caller named, a to-do for the day to call back; sealed, masked, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from growth.attribution import signup_path
from growth.channels import UnknownChannel
from growth.contacts import BadAddress, find_contact
from growth.db import Database
from growth.errors import GrowthError
from growth.traffic import CallView, calls, note_call, settle_call
from growth.traffic.calls import todo
from growth.traffic.personal import PERSONAL_DATA, timeline
from tests.growth.traffic.conftest import CHANNELS, YAML
from tests.journeys import Site, journey
from tests.web import Web

WISH = "想了解三个月的借款"


@pytest.fixture
def site(open_workspace: Callable[..., Database]) -> Site:
    """A site on each engine."""
    return Site(open_workspace(YAML, files={"channels.yaml": CHANNELS}))


def note(site: Site, phone: str = "138 0013 8000", **more: Any) -> CallView:
    given = {"at": site.start, "channel": "poster", "taken_by": "user:li", "now": site.start, "wish": WISH, **more}
    with site.database.write() as session:
        return note_call(session, workspace=site.database.workspace, phone=phone, **given)


def test_a_caller_who_signs_up_later_is_credited_to_the_channel_they_named(site: Site) -> None:
    call = note(site, name="王芳")
    journey(site, "v1", start=site.start + timedelta(days=2)).visit("/", referrer="https://www.baidu.com/link?url=x").sign_up(
        "u1", phone="13800138000"
    )
    with site.database.read() as session:
        touches = signup_path(session, "u1", workspace=site.database.workspace).touches
    assert [(touch.channel, touch.kind) for touch in touches] == [("poster", "call"), ("organic-search", "visit")]
    assert touches[0].evidence == f"phone_call:{call.id}"
    assert touches[0].credits["first"] == 1


def test_what_a_caller_said_is_sealed(site: Site) -> None:
    note(site, name="王芳")
    with site.database.read() as session:
        (row,) = session.execute(text("SELECT * FROM phone_call")).mappings().all()
        stored = repr(dict(row))
        (seen,) = calls(session)
    assert WISH not in stored
    assert "13800138000" not in stored
    assert bytes(row["wish"]).find(WISH.encode()) == -1
    assert (seen.phone, seen.name, seen.wish) == ("+8613800138000", "王芳", WISH)


def test_the_day_to_call_back_waits_on_the_to_do_list_until_somebody_has_called(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, day = site.database.workspace, site.start.astimezone(site.database.workspace.zone).date()
    call = note(site, call_back_on=day + timedelta(days=1))

    def waiting(days: int) -> list[tuple[str, str]]:
        monkeypatch.setattr("growth.clock.now", lambda: site.start + timedelta(days=days))
        with site.database.read() as session:
            return [(entry.id, entry.severity) for entry in todo(session, workspace)]

    assert waiting(0) == []
    assert waiting(1) == [(f"call:{call.id}", "notice")]
    assert waiting(2) == [(f"call:{call.id}", "warning")]
    with site.database.write() as session:
        settled = settle_call(session, id=call.id, now=site.start + timedelta(days=2))
        again = settle_call(session, id=call.id, now=site.start + timedelta(days=3))
    assert settled.settled_at == again.settled_at
    assert waiting(2) == []


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"phone": "12"}, BadAddress),
        ({"channel": "nobody"}, UnknownChannel),
        ({"at_days": 1}, GrowthError),
        ({"back_days": -1}, GrowthError),
    ],
)
def test_a_call_that_cannot_be_is_refused_and_leaves_nothing(site: Site, wrong: dict[str, Any], error: type[Exception]) -> None:
    more = {name: value for name, value in wrong.items() if not name.endswith("_days")}
    if "at_days" in wrong:
        more["at"] = site.start + timedelta(days=wrong["at_days"])
    if "back_days" in wrong:
        more["call_back_on"] = site.start.date() + timedelta(days=wrong["back_days"])
    with pytest.raises(error):
        note(site, **more)
    with site.database.read() as session:
        assert calls(session) == []


def test_an_erased_caller_leaves_their_channels_count_and_nothing_else(site: Site) -> None:
    note(site, call_back_on=site.start.date() + timedelta(days=3))
    with site.database.write() as session:
        person = find_contact(session, "13800138000")
        assert [entry.kind for entry in timeline(session, person)] == ["call"]
        assert PERSONAL_DATA.export(session, person)["calls"][0]["wish"] == WISH
        assert PERSONAL_DATA.erase(session, person, now=site.start) >= 1
    with site.database.read() as session:
        (left,) = calls(session)
        assert (left.channel, left.phone, left.wish, left.contact_id, left.waits) == ("poster", "", "", None, False)


def test_whoever_takes_calls_notes_them_on_the_dashboard(site: Site, make_web: Callable[..., Web]) -> None:
    web = make_web(site.database)
    taker = web.browser("service")
    assert "/calls" in taker.get("/calls").text
    form = {"phone": "13800138000", "channel": "poster", "name": "王芳", "wish": WISH, "at": "", "call_back_on": "2099-01-01"}
    assert taker.post("/calls", form).status_code == 303
    shown = taker.get("/calls").text
    assert WISH in shown
    assert "13800138000" not in shown
    assert "2099-01-01" in shown
    with site.database.read() as session:
        (call,) = calls(session)
    assert taker.post(f"/calls/{call.id}/done", {}).status_code == 303
    assert taker.post("/calls/nonsense/done", {}).status_code == 404
    refused = taker.post("/calls", {**form, "phone": "<b>12"})
    assert refused.status_code == 400
    assert "&lt;b&gt;12" in refused.text
    assert web.browser("seo").get("/calls").status_code == 403
