"""Conversions handed back to Baidu: once for each sign-up and step, nothing that names a person, every answer of the platform told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from growth.app import Level
from growth.contacts import find_contact
from growth.db import Database
from growth.sandbox import Sandbox
from growth.sandbox.keys import BAIDU_OCPC_TOKEN
from growth.traffic.conversions import (
    ConversionState,
    Outgoing,
    conversion_counts,
    conversions,
    platforms_in_use,
    queue_conversions,
    send_again,
    send_conversions,
)
from growth.traffic.conversions.chore import diagnose
from growth.traffic.jobs import jobs
from growth.traffic.personal import PERSONAL_DATA
from growth.workspace.problems import WorkspaceInvalid
from tests.growth.traffic.conftest import CHANNELS, YAML
from tests.journeys import Site, journey
from tests.web import Web

TYPES = "types: {register: 25, first_bid: 10}"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as found:
        yield found


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """A sandbox in which nothing has happened yet."""
    running.reset()
    return running


@pytest.fixture
def make_site(open_workspace: Callable[..., Database], sandbox: Sandbox) -> Callable[..., Site]:
    """``make_site(more, token=…)`` → a site that hands back to the sandbox, on each engine."""

    def make(*, token: str = BAIDU_OCPC_TOKEN, endpoint: str = "", yaml: str = YAML) -> Site:
        where = endpoint or f"{sandbox.url}/ocpcapi/api/uploadConvertData"
        section = f"conversions: {{baidu: {{token: '{token}', privacy_notice: true, value: true, endpoint: '{where}', {TYPES}}}}}\n"
        return Site(open_workspace(yaml + section, files={"channels.yaml": CHANNELS}))

    return make


def turn(site: Site, *, later: timedelta = timedelta()) -> dict[ConversionState, int]:
    """What the worker does every minute; how the conversions stand then."""
    database, now = site.database, site.start + timedelta(hours=1) + later
    platforms = platforms_in_use(database.workspace)
    with database.write() as session:
        queue_conversions(session, platforms=platforms, workspace=database.workspace, now=now)
    send_conversions(database, platforms, now=now)
    with database.read() as session:
        return {state: count for state, count in conversion_counts(session).items() if count}


def by_click(site: Site, name: str, click: str = "8A1-b_c", **more: Any) -> None:
    visitor = journey(site, f"v-{name}").visit(f"/loan?bd_vid={click}&utm_source=baidu&utm_medium=cpc")
    visitor.wait(minutes=5).sign_up(name, phone=more.pop("phone", None) or "13800138000", email="ming@example.com", **more)


def test_a_sign_up_and_its_first_step_are_told_once_with_the_click_id_and_nothing_else(
    make_site: Callable[..., Site], sandbox: Sandbox
) -> None:
    site = make_site()
    by_click(site, "u1", value={"amount": "12.50", "currency": "CNY"})
    journey(site, "v2").visit("/", referrer="https://www.baidu.com/link?url=x").sign_up("u2")
    assert turn(site) == {ConversionState.ACCEPTED: 1}
    at = int((site.start + timedelta(minutes=5)).timestamp())
    url = "https://www.example.com/loan?bd_vid=8A1-b_c"
    assert sandbox.ads.taken() == [{"logidUrl": url, "newType": 25, "convertTime": at, "convertValue": 1250}]
    late = journey(site, "v-u1", start=site.start + timedelta(minutes=30))
    late.step("u1", "first_bid").wait(minutes=1).step("u1", "first_bid").step("u1", "real_name")
    assert turn(site) == {ConversionState.ACCEPTED: 2}
    assert turn(site, later=timedelta(hours=3)) == {ConversionState.ACCEPTED: 2}
    assert [(each["newType"], each.get("convertValue")) for each in sandbox.ads.taken()] == [(25, 1250), (10, None)]
    assert sandbox.ads.calls == 2


def test_the_latest_click_before_the_sign_up_is_meant(make_site: Callable[..., Site], sandbox: Sandbox) -> None:
    site = make_site()
    ming = journey(site, "v1").visit("/?bd_vid=first").wait(hours=1).visit("/loan?bd_vid=second").wait(minutes=5).sign_up("u1")
    ming.wait(minutes=5).visit("/?bd_vid=after")
    turn(site, later=timedelta(hours=2))
    assert [each["logidUrl"].rpartition("=")[2] for each in sandbox.ads.taken()] == ["second"]


def test_more_than_a_call_takes_go_out_in_several(make_site: Callable[..., Site], sandbox: Sandbox) -> None:
    site = make_site()
    journey(site, "v-many").visit("/?bd_vid=x")
    for number in range(100):
        journey(site, "v-many", start=site.start + timedelta(minutes=1)).sign_up(f"u{number}")
    assert turn(site) == {ConversionState.ACCEPTED: 100}
    assert (sandbox.ads.calls, len(sandbox.ads.taken())) == (2, 100)


def test_a_busy_platform_is_tried_again_and_what_is_no_news_any_more_expires(make_site: Callable[..., Site], sandbox: Sandbox) -> None:
    site = make_site()
    by_click(site, "u1")
    sandbox.ads.rules.busy = 1
    assert turn(site) == {ConversionState.WAITING: 1}
    assert [row.level for row in diagnose(site.database.workspace, site.database)] == [Level.WARN]
    assert turn(site, later=timedelta(seconds=30)) == {ConversionState.WAITING: 1}
    assert sandbox.ads.calls == 1
    assert turn(site, later=timedelta(minutes=2)) == {ConversionState.ACCEPTED: 1}
    by_click(site, "u2")
    sandbox.ads.rules.http, sandbox.ads.rules.http_times = 503, 100
    assert turn(site)[ConversionState.WAITING] == 1
    assert turn(site, later=timedelta(days=4)) == {ConversionState.ACCEPTED: 1, ConversionState.EXPIRED: 1}
    assert len(sandbox.ads.taken()) == 1


def test_without_an_answer_it_is_uncertain_and_sent_again_only_by_a_person(make_site: Callable[..., Site], sandbox: Sandbox) -> None:
    site = make_site()
    by_click(site, "u1")
    sandbox.ads.rules.mute = 1
    assert turn(site) == {ConversionState.UNCERTAIN: 1}
    assert turn(site, later=timedelta(days=1)) == {ConversionState.UNCERTAIN: 1}
    assert len(sandbox.ads.taken()) == 1
    with site.database.write() as session:
        (found,) = conversions(session)
        assert send_again(session, [found.id], now=site.start) == 1
        assert send_again(session, [found.id], now=site.start) == 0
    assert turn(site) == {ConversionState.ACCEPTED: 1}


def test_a_process_that_died_while_sending_leaves_it_uncertain(make_site: Callable[..., Site], sandbox: Sandbox) -> None:
    site = make_site()
    by_click(site, "u1")
    database, now = site.database, site.start + timedelta(hours=1)
    platforms = platforms_in_use(database.workspace)

    class Killed(BaseException):
        pass

    def killed(_batch: object) -> None:
        raise Killed

    with database.write() as session:
        queue_conversions(session, platforms=platforms, workspace=database.workspace, now=now)
    dying = type("Dying", (), {"meta": platforms[0].meta, "types": platforms[0].types, "send": staticmethod(killed)})()
    with pytest.raises(Killed):
        send_conversions(database, [dying], now=now)
    assert turn(site) == {ConversionState.SENDING: 1}
    assert turn(site, later=timedelta(minutes=6)) == {ConversionState.UNCERTAIN: 1}
    assert sandbox.ads.taken() == []


def test_a_refusal_keeps_the_platforms_words_and_the_others_are_taken(make_site: Callable[..., Site], sandbox: Sandbox) -> None:
    site = make_site()
    by_click(site, "u1")
    platform = platforms_in_use(site.database.workspace)[0]
    good = Outgoing(id=1, url="https://www.example.com/?bd_vid=a", step="register", at=site.start, value=None)
    bad = Outgoing(id=2, url="https://www.example.com/", step="register", at=site.start, value=None)
    long = Outgoing(id=3, url=f"https://www.example.com/{'x' * 1100}?bd_vid=b", step="register", at=site.start, value=None)
    verdicts = platform.send([good, bad, long])
    assert [each.state for each in verdicts] == [ConversionState.ACCEPTED, ConversionState.REFUSED, ConversionState.ACCEPTED]
    assert verdicts[1].message == "logidUrl has no bd_vid"
    assert [each["logidUrl"] for each in sandbox.ads.taken()] == ["https://www.example.com/?bd_vid=a", "https://www.example.com/?bd_vid=b"]
    assert [each.state for each in platform.send([bad])] == [ConversionState.REFUSED]


def test_a_wrong_token_or_address_waits_for_a_person(make_site: Callable[..., Site], sandbox: Sandbox) -> None:
    for more in ({"token": "wrong"}, {"endpoint": sandbox.url + "/nowhere"}, {"endpoint": "http://127.0.0.1:9/x"}):
        site = make_site(**more)
        by_click(site, "u1")
        assert turn(site) == {ConversionState.WAITING: 1}
        with site.database.read() as session:
            (found,) = conversions(session)
        assert found.message
    assert sandbox.ads.taken() == []


def test_only_people_who_agreed_are_told_of_where_consent_is_required(make_site: Callable[..., Site], sandbox: Sandbox) -> None:
    site = make_site(yaml=YAML.replace("traffic: {", "traffic: {consent: required, "))
    journey(site, None).visit("/?bd_vid=unasked").wait(minutes=1).sign_up("u1")
    journey(site, "v2").visit("/?bd_vid=agreed").wait(minutes=1).sign_up("u2")
    assert turn(site) == {ConversionState.ACCEPTED: 1}
    assert sandbox.ads.taken()[0]["logidUrl"].endswith("bd_vid=agreed")


def test_who_is_erased_is_told_of_no_more(make_site: Callable[..., Site], sandbox: Sandbox) -> None:
    site = make_site()
    by_click(site, "u1")
    sandbox.ads.rules.busy = 1
    turn(site)
    with site.database.write() as session:
        person = find_contact(session, "13800138000")
        assert [each["state"] for each in PERSONAL_DATA.export(session, person)["handed_back"]] == ["waiting"]
        PERSONAL_DATA.erase(session, person, now=site.start)
    assert turn(site, later=timedelta(hours=1)) == {}
    assert sandbox.ads.taken() == []


def test_a_copied_database_tells_nobody(make_site: Callable[..., Site], sandbox: Sandbox) -> None:
    site = make_site()
    by_click(site, "u1")
    with site.database.write() as session:
        session.execute(text("UPDATE installation SET fingerprint = 'another'"))
    assert turn(site) == {ConversionState.WAITING: 1}
    assert sandbox.ads.calls == 0


def test_it_is_off_unless_it_is_set_up_and_the_privacy_notice_says_so(site: Site, open_workspace: Callable[..., Database]) -> None:
    assert platforms_in_use(site.database.workspace) == []
    assert "traffic.conversions" not in [job.name for job in jobs(site.database.workspace)]
    with pytest.raises(WorkspaceInvalid, match="privacy_notice"):
        open_workspace("conversions: {baidu: {token: x, types: {register: 25}}}\n")


def test_the_page_shows_what_the_platform_said_and_sends_again(
    make_site: Callable[..., Site], sandbox: Sandbox, make_web: Callable[..., Web]
) -> None:
    site = make_site()
    by_click(site, "u1")
    sandbox.ads.rules.mute = 1
    turn(site)
    web = make_web(site.database)
    browser = web.browser("marketer")
    shown = browser.get("/conversions").text
    assert "HTTP 502" in shown
    with site.database.read() as session:
        (found,) = conversions(session)
    assert browser.post(f"/conversions/{found.id}/again", {}).status_code == 303
    assert turn(site) == {ConversionState.ACCEPTED: 1}
    assert web.browser("viewer").post(f"/conversions/{found.id}/again", {}).status_code == 403
    assert web.browser("viewer").get("/conversions").status_code == 200
