"""`/collect`, `/t.js`, tracked links and the API of sign-ups, over the real application."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from growth import clock
from growth.accounts import Scope, create_key
from growth.channels import clicks_by_channel
from growth.db import Database
from growth.traffic import Collector, Parcel, left_out, script, visits
from growth.traffic.beacon import MOST_EVENTS
from growth.traffic.collector.process import StoringProcess
from growth.workspace.site import Traffic
from tests.journeys import PHONE, Site
from tests.web import Web

PAGE = {"type": "page", "url": "https://www.example.com/", "visitor": "v1", "id": "e1", "page": "p1"}


@pytest.fixture
def web(site: Site, make_web: Callable[..., Web]) -> Web:
    """The application of the site; its clock is that of the real machine, as the collector's is."""
    return make_web(site.database, clock=clock.now)


def post(web: Web, body: object, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"host": "localhost", "user-agent": PHONE, "content-type": "text/plain", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return web.request("POST", "/collect", content=content, headers=sent)


def stored(web: Web) -> list[object]:
    web.close()
    with web.database.read() as session:
        return list(visits(session))


def test_a_beacon_is_answered_at_once_and_stored_by_a_clean_stop(web: Web) -> None:
    response = post(web, PAGE)
    assert (response.status_code, response.content, response.headers.get("set-cookie")) == (204, b"", None)
    assert len(stored(web)) == 1


def test_an_array_is_stored_and_a_second_copy_is_not(web: Web) -> None:
    batch = [{**PAGE, "id": f"e{number}", "visitor": f"v{number}"} for number in range(20)]
    for _time in range(3):
        assert post(web, batch, content_type="application/json").status_code == 204
    assert len(stored(web)) == 20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing",
        b"null",
        b"5",
        b'"page"',
        b"\xff\xfe",
        b'{"type": "page"}',
        b'{"type": "what", "url": "https://www.example.com/"}',
        b'{"type": 5, "url": "https://www.example.com/"}',
        b'{"type": "page", "url": "javascript:alert(1)"}',
        b'{"type": "page", "url": "https://"}',
        b'[{"type": "page", "url": "https://www.example.com/"}, 5]',
        b"[" * 50_000,
        json.dumps([PAGE] * (MOST_EVENTS + 1)).encode(),
    ],
)
def test_what_is_no_event_is_refused_whole(web: Web, body: bytes) -> None:
    response = post(web, body)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 400
    assert stored(web) == []


def test_a_body_that_is_too_long_is_refused(web: Web) -> None:
    assert post(web, b'{"type": "page", "url": "https://www.example.com/", "title": "' + b"x" * 70_000 + b'"}').status_code == 413
    assert web.request("GET", "/collect", headers={"host": "localhost"}).status_code == 405


def test_bots_prefetches_and_those_who_do_not_want_to_be_counted_are_left_out_and_counted(web: Web) -> None:
    today = timedelta()
    for number, headers in enumerate([{"user_agent": "curl/8.0"}, {"dnt": "1"}, {"sec_gpc": "1"}, {"sec_purpose": "prefetch;prerender"}]):
        assert post(web, {**PAGE, "id": f"e{number}"}, **headers).status_code == 204
    assert stored(web) == []
    day = clock.site_day(clock.now() + today, web.database.workspace.zone)
    assert left_out(web.database, from_day=day, until_day=day) == {"no_track": 2, "prefetch": 1, "ua_list": 1}


def parcel(number: int, body: bytes | None = None) -> Parcel:
    micros = clock.to_micros(datetime(2026, 11, 20, 2, tzinfo=UTC))
    event = {**PAGE, "id": f"e{number}", "visitor": f"v{number}"}
    return Parcel(body=body or json.dumps(event).encode(), events=1, at_micros=micros, address="203.0.113.1", user_agent=PHONE)


def test_a_full_buffer_says_so_and_takes_nothing_in_part(site: Site) -> None:
    collector = Collector(site.database, lambda: site.database.workspace, capacity=3)
    two = parcel(1)._replace(events=2)
    assert collector.offer(two)
    assert not collector.offer(two)
    assert collector.waiting == 2


@pytest.mark.parametrize("busy", [1000, 1], ids=["by the thread", "by a process of its own"])
def test_an_event_that_breaks_the_writer_holds_up_no_other(site: Site, busy: int) -> None:
    collector = Collector(site.database, lambda: site.database.workspace, busy=busy)
    for each in (parcel(1), parcel(2, b'{"type": "gone"}'), parcel(3)):
        assert collector.offer(each)
    collector.note("invalid")
    collector.start()
    collector.stop()
    assert collector.waiting == 0
    with site.database.read() as session:
        assert len(list(visits(session))) == 2
    today = clock.site_day(clock.now(), site.database.workspace.zone)
    assert left_out(site.database, from_day=today, until_day=today) == {"invalid": 1, "broken": 1}


def test_what_a_process_that_was_killed_had_not_stored_is_stored_here(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    started = StoringProcess.started

    def killed(root: Path) -> StoringProcess:
        process = started(root)
        # Ctrl-C is not for it, and its priority counts among the processes of this session
        assert (os.getpgid(process._process.pid), os.getsid(process._process.pid)) == (process._process.pid, os.getsid(0))
        process._process.kill()
        process._process.wait()
        return process

    monkeypatch.setattr(StoringProcess, "started", killed)
    collector = Collector(site.database, lambda: site.database.workspace, busy=1)
    assert collector.offer(parcel(1))
    collector.start()
    collector.stop()
    with site.database.read() as session:
        assert len(list(visits(session))) == 1


def test_the_script_is_small_cached_and_sets_no_cookie(web: Web) -> None:
    response = web.request("GET", "/t.js", headers={"host": "localhost", "accept-encoding": "gzip"})
    assert response.headers["content-type"].startswith("text/javascript")
    assert "max-age" in response.headers["cache-control"]
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("identity", ["hash", "cookie"])
def test_the_script_is_under_two_kilobytes(identity: str) -> None:
    body = script(Traffic.model_validate({"identity": identity}))
    assert len(gzip.compress(body, 9)) < 2048
    assert b"eval" not in body
    assert b"innerHTML" not in body


@pytest.fixture
def cookie_web(open_workspace: Callable[..., Database], make_web: Callable[..., Web]) -> Callable[[str], Web]:
    def make(consent: str) -> Web:
        yaml = f"site: {{url: 'https://www.example.com/'}}\ntraffic: {{identity: cookie, consent: {consent}}}\n"
        return make_web(open_workspace(yaml), clock=clock.now)

    return make


@pytest.fixture
def database_url() -> None:
    """The routes are the same on each engine."""
    return


def test_with_cookies_and_consent_the_server_gives_an_id_that_the_beacon_uses(cookie_web: Callable[[str], Web]) -> None:
    web = cookie_web("given")
    given = web.request("GET", "/t.js", headers={"host": "localhost"}).headers["set-cookie"]
    assert given.startswith("gv=")
    assert "samesite=lax" in given.lower()
    known = given.partition(";")[0]
    assert "set-cookie" not in web.request("GET", "/t.js", headers={"host": "localhost", "cookie": known}).headers
    event = {key: value for key, value in PAGE.items() if key != "visitor"}
    assert post(web, event, cookie=known).status_code == 204
    web.close()
    with web.database.read() as session:
        assert [f"gv={visit.visitor}" for visit in visits(session)] == [known]


def test_where_consent_is_needed_no_cookie_comes_before_it(cookie_web: Callable[[str], Web]) -> None:
    web = cookie_web("required")
    assert "set-cookie" not in web.request("GET", "/t.js", headers={"host": "localhost"}).headers
    assert "set-cookie" not in post(web, PAGE).headers
    agreed = web.request("POST", "/collect?consent=given", content=b"[]", headers={"host": "localhost", "user-agent": PHONE})
    assert agreed.headers["set-cookie"].startswith("gv=")
    gone = web.request("POST", "/collect?consent=withdrawn", content=b"[]", headers={"host": "localhost", "user-agent": PHONE})
    assert "max-age=0" in gone.headers["set-cookie"].lower()


def test_a_tracked_link_leads_to_its_target_only_and_is_counted(web: Web, site: Site) -> None:
    code = site.link("poster", target="/register")
    headers = {"host": "localhost", "user-agent": PHONE}
    response = web.request("GET", f"/l/{code}?to=https://evil.example/&url=//evil.example", headers=headers)
    assert (response.status_code, response.headers["location"]) == (302, f"https://www.example.com/register?g={code}")
    assert web.request("GET", f"/q/{code}", headers={**headers, "user-agent": "curl/8"}).status_code == 302
    assert web.request("HEAD", f"/l/{code}", headers=headers).status_code == 302
    assert web.request("GET", f"/l/{code}", headers={**headers, "purpose": "prefetch"}).status_code == 302
    for wrong in ("nothing", "..%2f..", "x" * 200, "%00"):
        assert web.request("GET", f"/l/{wrong}", headers=headers).status_code in (400, 404)
    with web.database.read() as session:
        counted = clicks_by_channel(session)["poster"]
    assert (counted.people, counted.bots) == (1, 3)


@pytest.fixture
def call(web: Web) -> Callable[..., httpx.Response]:
    with web.database.write() as session:
        text = create_key(session, name="site", scopes=[Scope.SIGNUPS, Scope.EVENTS], actor="test", now=web.clock())

    def send(path: str, body: object, key: str = "", bearer: str = text) -> httpx.Response:
        headers = {"host": "localhost", "authorization": f"Bearer {bearer}", **({"idempotency-key": key} if key else {})}
        return web.request("POST", path, content=body if isinstance(body, bytes) else json.dumps(body).encode(), headers=headers)

    return send


def test_a_sign_up_is_booked_once_and_a_repeat_gets_the_same_answer(call: Callable[..., httpx.Response]) -> None:
    body = {"id": "u1", "visitor": "v1", "role": "investor"}
    first, again, other = (
        call("/api/v1/signups", body, "k1"),
        call("/api/v1/signups", body, "k1"),
        call("/api/v1/signups", {"id": "u2"}, "k1"),
    )
    assert (first.status_code, again.status_code, first.json() == again.json()) == (201, 201, True)
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")
    unkeyed = call("/api/v1/signups", body)
    assert (unkeyed.status_code, unkeyed.json()["signup"]) == (201, first.json()["signup"])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/signups", b"not json", 400),
        ("/api/v1/signups", {}, 400),
        ("/api/v1/signups", {"id": "u1", "email": "nobody"}, 400),
        ("/api/v1/events", {"signup": "u1"}, 400),
        ("/api/v1/events", {"signup": "u1", "step": "real_name"}, 201),
    ],
)
def test_the_api_answers_in_one_shape(call: Callable[..., httpx.Response], path: str, body: object, status: int) -> None:
    response = call(path, body)
    assert response.status_code == status
    assert (response.json()["status"] == status) if status >= 400 else response.json()["state"] == "waiting"


def test_without_a_key_nothing_is_booked(call: Callable[..., httpx.Response]) -> None:
    assert call("/api/v1/signups", {"id": "u1"}, bearer="wrong").status_code == 401
