"""Logging in and out, and what ends a session."""

from __future__ import annotations

import pytest

from growth import accounts
from tests.web import Browser, Web

PASSWORD = "four words make one"


@pytest.fixture
def ming(web: Web) -> accounts.User:
    with web.database.write() as session:
        return accounts.add_user(
            session, name="ming", roles=["viewer"], password_hash=accounts.hash_password(PASSWORD), actor="test", now=web.clock()
        )


def _log_in(browser: Browser, name: str, password: str, path: str = "/login") -> object:
    browser.get("/login")
    return browser.post(path, {"name": name, "password": password})


def test_a_stranger_is_led_to_the_log_in_and_back(web: Web, ming: accounts.User) -> None:
    browser = web.stranger()
    answer = browser.get("/settings?tab=keys")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/settings%3Ftab%3Dkeys")
    browser.get(answer.headers["location"])
    answer = browser.post(answer.headers["location"], {"name": "Ming", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings?tab=keys")
    assert browser.get("/settings").status_code == 200
