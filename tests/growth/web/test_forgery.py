"""Changes come from our own pages only; looking changes nothing."""

from __future__ import annotations

import pytest

from growth.web.cookies import SESSION, csrf_token
from tests.web import Browser, Web


def _theme(browser: Browser) -> str:
    return "dark" if 'data-theme="dark"' in browser.get("/settings").text else ""


def test_a_form_of_ours_is_taken(web: Web) -> None:
    browser = web.browser("viewer")
    assert browser.post("/appearance", {"theme": "dark", "next": "/settings"}).headers["location"] == "/settings"
    assert _theme(browser) == "dark"


def test_a_change_without_the_token_is_refused(web: Web) -> None:
    browser = web.browser("viewer")
    for token in ["", "x", "wrong-token-of-the-right-length-0123456789"]:
        answer = browser.send("POST", "/appearance", data={"theme": "dark", "_csrf_token": token})
        assert answer.status_code == 403, token
    assert _theme(browser) == ""


def test_another_users_token_is_refused(web: Web) -> None:
    browser, other = web.browser("viewer"), web.browser("viewer")
    token = csrf_token(other.cookies[SESSION])
    assert browser.send("POST", "/appearance", data={"theme": "dark", "_csrf_token": token}).status_code == 403


FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "http://localhost.evil.example"},
    {"origin": "http://localhost:9999"},
]


def test_a_change_from_another_site_is_refused_even_with_the_token(web: Web) -> None:
    browser = web.browser("viewer")
    for headers in FOREIGN:
        assert browser.post("/appearance", {"theme": "dark"}, headers=headers).status_code == 403, headers
    assert _theme(browser) == ""


OWN: list[dict[str, str]] = [
    {"sec-fetch-site": "same-origin", "origin": "null"},
    {"origin": "http://localhost"},
    {"origin": "http://127.0.0.1:8000"},
    {"origin": "null"},
]


def test_a_change_from_our_own_pages_is_taken(web: Web) -> None:
    for headers in OWN:
        assert web.browser("viewer").post("/appearance", {"theme": "dark"}, headers=headers).status_code == 303, headers


def test_the_token_may_come_in_a_header(web: Web) -> None:
    browser = web.browser("viewer")
    headers = {"x-csrf-token": csrf_token(browser.cookies[SESSION])}
    assert browser.send("POST", "/appearance", data={"theme": "dark"}, headers=headers).status_code == 303


def test_a_log_in_from_another_site_is_refused(web: Web) -> None:
    """Log-in forgery: somebody would work in the attacker's account without noticing."""
    stranger = web.stranger()
    assert stranger.send("POST", "/login", data={"name": "ming", "password": "x"}).status_code == 403
    stranger.get("/login")
    assert stranger.post("/login", {"name": "ming", "password": "x"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_every_changing_page_refuses_a_change_without_the_token(web: Web) -> None:
    from tests.growth.web.test_every_route import filled, rules_of

    browser = web.browser("admin")
    walked = 0
    for handler, rules in rules_of(web.app, "page", "entrance"):
        for path in handler.paths:
            for method in set(rules.methods) & {"POST", "PUT", "PATCH", "DELETE"}:
                web.app.shell.limits._buckets.clear()
                assert browser.send(method, filled(path)).status_code in (403, 404), (method, path)
                walked += 1
    assert walked > 8


def test_a_body_that_is_no_form_is_refused(web: Web) -> None:
    browser = web.browser("viewer")
    for content, kind in (
        (b'{"theme": "dark"}', "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"x", "multipart/form-data"),
    ):
        answer = browser.send("POST", "/appearance", content=content, headers={"content-type": kind})
        assert answer.status_code in (400, 403), kind
    assert _theme(browser) == ""


def test_a_form_larger_than_its_limit_is_413(web: Web) -> None:
    browser = web.browser("viewer")
    assert browser.post("/appearance", {"theme": "x" * 70_000}).status_code == 413


@pytest.mark.parametrize(("who", "path"), [("viewer", "/appearance"), (None, "/unsubscribe/abc"), (None, "/login")])
def test_what_is_too_long_is_told_in_the_language_of_whoever_sent_it(web: Web, who: str | None, path: str) -> None:
    browser = web.browser(who) if who else web.stranger()
    headers = {"content-type": "application/x-www-form-urlencoded", "accept-language": "zh-CN", "accept": "text/html"}
    answer = browser.send("POST", path, content=b"theme=" + b"x" * 70_000, headers=headers)
    assert answer.status_code == 413
    shown = "zh-CN" if '<html lang="zh-CN"' in answer.text else "en"
    assert ("What was sent is larger than" in answer.text) is (shown == "en")
    assert ("超过" in answer.text) is (shown == "zh-CN")
    assert who is not None or shown == "zh-CN"
