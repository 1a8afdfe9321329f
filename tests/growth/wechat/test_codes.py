"""The site asks for a code, the person who registered says it in the chat."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest

from growth.accounts import Scope, create_key
from growth.channels import joins_of_person
from tests.growth.wechat.conftest import Phone
from tests.web import Web

Ask = Callable[..., httpx.Response]


@pytest.fixture
def follower(phone: Callable[..., Phone]) -> Phone:
    return phone()


@pytest.fixture
def ask(follower: Phone, make_web: Callable[..., Web]) -> Ask:
    """``ask(body, key=…)`` → the answer of the API that runs on the follower's workspace."""
    web = make_web(follower.database, clock=lambda: follower.now)
    with web.database.write() as session:
        good = create_key(session, name="site", scopes=[Scope.SIGNUPS], actor="test", now=follower.now)
        other = create_key(session, name="steps", scopes=[Scope.EVENTS], actor="test", now=follower.now)
    bearers = {"good": good, "other": other, "none": ""}

    def send(body: object, key: str = "good") -> httpx.Response:
        headers = {"host": "localhost", "authorization": f"Bearer {bearers[key]}"}
        return web.request("POST", "/api/v1/wechat/codes", content=json.dumps(body).encode(), headers=headers)

    return send


def test_a_follower_who_gives_the_code_is_joined_to_the_sign_up(follower: Phone, ask: Ask) -> None:
    answer = ask({"signup": 1024})
    assert answer.status_code == 201
    said = answer.json()
    assert (said["signup"], len(said["code"])) == ("1024", 6)
    assert datetime.fromisoformat(said["expires_at"]) == follower.now + timedelta(minutes=30)
    follower.say(f"绑定 {said['code']}")
    with follower.database.read() as session:
        keys = {key for join in joins_of_person(session, "signup:1024") for key in (join.one, join.other)}
    assert any(key.startswith("openid:") for key in keys)


def test_a_code_that_has_ended_joins_nobody(follower: Phone, ask: Ask) -> None:
    code = ask({"signup": "1024"}).json()["code"]
    follower.now += timedelta(minutes=31)
    follower.say(f"绑定 {code}")
    with follower.database.read() as session:
        assert not joins_of_person(session, "signup:1024")


@pytest.mark.parametrize(
    ("body", "key", "status"), [({"signup": "1"}, "none", 401), ({"signup": "1"}, "other", 403), ({}, "good", 400), ([], "good", 400)]
)
def test_who_may_not_ask_or_asks_wrongly_gets_no_code(ask: Ask, body: object, key: str, status: int) -> None:
    answer = ask(body, key=key)
    assert answer.status_code == status
    assert "code" not in answer.json()
