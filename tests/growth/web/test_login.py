"""Logging in and out in a browser, and what ends a session at once."""

from __future__ import annotations

import re

import httpx
import pytest

from growth import accounts
from growth.web import own_path
from growth.web.cookies import SESSION
from tests.growth.web.conftest import PASSWORD
from tests.web import Browser, Web


def _log_in(browser: Browser, *, name: str = "ming", password: str = PASSWORD, path: str = "/login") -> httpx.Response:
    browser.get("/login")
    return browser.post(path, {"name": name, "password": password})


def test_a_stranger_is_led_to_the_log_in_and_back(web: Web, ming: accounts.User) -> None:
    browser = web.stranger()
    answer = browser.get("/settings?tab=keys&q=新标")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=/settings%3Ftab%3Dkeys")
    answer = _log_in(browser, name="Ming", path=answer.headers["location"])
    assert answer.status_code == 303
    assert answer.headers["location"] == "/settings?tab=keys&q=%E6%96%B0%E6%A0%87"
    assert "ming" in browser.get("/settings").text


def test_the_sessions_cookie_is_closed_to_scripts_and_other_sites(web: Web, ming: accounts.User) -> None:
    answer = _log_in(web.stranger())
    [line] = [line for line in answer.headers.get_list("set-cookie") if line.startswith("growth=")]
    assert {part.strip().lower() for part in line.split(";")[1:]} >= {"httponly", "path=/", "samesite=lax"}


def test_over_https_cookies_are_secure_and_bound_to_the_host(web: Web, ming: accounts.User) -> None:
    browser = web.stranger()
    answer = browser.send("GET", "https://localhost/login")
    [line] = answer.headers.get_list("set-cookie")
    assert line.startswith("__Host-growth-form=")
    assert "secure" in line.lower()
    assert "strict-transport-security" in answer.headers


def test_whatever_is_wrong_the_page_is_the_same(web: Web, ming: accounts.User) -> None:
    said: set[str] = set()
    for name, password in [("ming", "wrong"), ("nobody", PASSWORD), ("", ""), ("<script>", "x")]:
        answer = _log_in(web.stranger(), name=name, password=password)
        assert answer.status_code == 403
        [told] = re.findall(r'role="alert">(.*?)</div></div>', answer.text, re.S)
        said.add(told)
        assert "<script>" not in answer.text.replace("<script src", "")
        assert SESSION not in answer.cookies
    assert len(said) == 1


def test_the_eleventh_attempt_waits(web: Web, ming: accounts.User) -> None:
    browser = web.stranger()
    for _turn in range(10):
        assert _log_in(browser, password="wrong").status_code == 403
    answer = _log_in(browser)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    web.clock.forward(seconds=61)
    assert _log_in(browser).status_code == 303


HOSTILE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil",
    "javascript:alert(1)",
    "evil.example",
    "",
    "///evil",
    "/%0d%0aSet-Cookie:x",
]


def test_the_log_in_leads_to_own_paths_only(web: Web, ming: accounts.User) -> None:
    from urllib.parse import quote, urljoin

    for place, wanted in enumerate(HOSTILE):
        answer = _log_in(web.stranger(f"10.0.0.{place}"), path=f"/login?next={quote(wanted, safe='')}")
        assert answer.status_code == 303
        location = answer.headers["location"]
        assert urljoin("http://localhost/", location).startswith("http://localhost/"), wanted
        assert location.isprintable()
        web.clock.forward(minutes=2)


@pytest.mark.parametrize(
    ("wanted", "led"), [("/seo?a=//x", "/seo?a=//x"), ("/@evil.example", "/@evil.example"), ("/a b", "/"), ("/" + "a" * 3000, "/")]
)
def test_own_paths_stay_and_what_is_none_leads_home(wanted: str, led: str) -> None:
    assert own_path(wanted) == led


def test_whoever_is_logged_in_passes_the_log_in(web: Web) -> None:
    assert web.browser("viewer").get("/login?next=/settings").headers["location"] == "/settings"


def test_logging_out_ends_the_session_on_the_server(web: Web) -> None:
    browser = web.browser("viewer")
    old = dict(browser.cookies)
    assert browser.post("/logout").headers["location"] == "/login"
    browser.cookies = old
    assert browser.get("/settings").status_code == 303


def test_a_new_session_has_a_token_of_its_own(web: Web, ming: accounts.User) -> None:
    """Session fixation: a cookie that somebody put into the browser before the log-in is not taken over."""
    browser = web.stranger()
    browser.cookies[SESSION] = "planted-by-somebody"
    browser.get("/login")
    browser.cookies.pop(SESSION)
    answer = browser.post("/login", {"name": "ming", "password": PASSWORD}, headers={})
    assert answer.cookies[SESSION] != "planted-by-somebody"


def test_a_change_of_roles_password_or_state_ends_a_users_sessions_at_once(web: Web) -> None:
    admin = web.browser("admin", name="boss")
    for path, data in (
        ("roles", {"role": ["seo"]}),
        ("state", {"state": "disabled"}),
    ):
        colleague = web.browser("viewer", name=f"colleague-{path}")
        assert colleague.get("/settings").status_code == 200
        assert admin.post(f"/settings/users/colleague-{path}/{path}", data).status_code == 303
        assert colleague.get("/settings").status_code == 303
        assert colleague.post("/appearance", {"theme": "dark"}).status_code == 303


def test_changing_the_password_keeps_this_browser_and_ends_the_others(web: Web, ming: accounts.User) -> None:
    here, there = web.stranger(), web.stranger("8.8.4.4")
    _log_in(here), _log_in(there)
    new = {"password": "another good one", "again": "another good one"}
    assert here.post("/settings/password", {"old": "wrong", **new}).status_code == 400
    assert here.post("/settings/password", {"old": PASSWORD, **new, "again": "x"}).status_code == 400
    assert here.post("/settings/password", {"old": PASSWORD, **new}).status_code == 303
    assert here.get("/settings").status_code == 200
    assert there.get("/settings").status_code == 303
    assert _log_in(web.stranger("8.8.4.5"), password="another good one").status_code == 303


def test_a_session_that_idled_is_over(web: Web) -> None:
    browser = web.browser("viewer")
    web.clock.forward(hours=11)
    assert browser.get("/settings").status_code == 200
    web.clock.forward(hours=12, seconds=1)
    answer = browser.get("/settings")
    assert answer.status_code == 303
    assert SESSION not in browser.cookies


def test_the_first_administrator_is_set_up_by_the_link_once(web: Web) -> None:
    with web.database.write() as session:
        link = accounts.first_admin_link(session, workspace=web.workspace, now=web.clock())
    path = link.removeprefix("http://127.0.0.1:8000")
    browser = web.stranger()
    assert browser.get(path).status_code == 200
    assert browser.get(path).status_code == 200, "looking changes nothing"
    fields = {"name": "boss", "password": PASSWORD, "again": PASSWORD}
    assert browser.post(path, {**fields, "password": "short", "again": "short"}).status_code == 400
    assert browser.post(path, {**fields, "again": "different"}).status_code == 400
    assert browser.post(path, fields).headers["location"] == "/"
    assert "boss" in browser.get("/settings/users").text
    other = web.stranger()
    assert other.get(path).status_code == 404
    other.get("/login")
    assert other.post(path, {**fields, "name": "intruder"}).status_code == 404


def test_a_link_in_the_address_is_guessed_at_thirty_times_a_minute_at_most(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.app.shell.limits, "now", lambda: 0.0)
    browser = web.stranger()
    statuses = [browser.get(f"/welcome/guess{turn}").status_code for turn in range(31)]
    assert statuses == [404] * 30 + [429]
    assert web.stranger("9.9.9.9").get("/welcome/guess").status_code == 404


def test_an_htmx_part_of_somebody_whose_session_ended_leads_the_whole_page_to_the_log_in(web: Web) -> None:
    answer = web.stranger().get("/settings", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")
