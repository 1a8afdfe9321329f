"""The team's robots take what the real ones take, at most so many a minute."""

from __future__ import annotations

import base64
import hashlib
import hmac

import httpx
import pytest

from growth.sandbox import Sandbox
from growth.sandbox.keys import ROBOT_KEY
from tests.growth.sandbox.conftest import Clock


def wecom(http: httpx.Client, content: str = "**审批** 等待中", key: str = ROBOT_KEY) -> int:
    body = {"msgtype": "markdown", "markdown": {"content": content}}
    return int(http.post("/cgi-bin/webhook/send", params={"key": key}, json=body).json()["errcode"])


def test_what_the_team_was_told_can_be_read(sandbox: Sandbox, http: httpx.Client) -> None:
    assert wecom(http) == 0
    assert sandbox.team.messages()[0]["text"] == "**审批** 等待中"
    assert "**审批** 等待中" in http.get("/team").text


@pytest.mark.parametrize(("content", "key", "code"), [("x", "wrong", 93000), ("字" * 1366, ROBOT_KEY, 45002), ("", ROBOT_KEY, 40008)])
def test_wecom_refuses_with_its_codes(http: httpx.Client, content: str, key: str, code: int) -> None:
    assert wecom(http, content, key) == code


def test_the_twenty_first_message_of_a_minute_is_too_many(http: httpx.Client, clock: Clock) -> None:
    assert [wecom(http) for _ in range(21)] == [0] * 20 + [45009]
    clock.wait(minutes=1)
    assert wecom(http) == 0


def test_dingtalk_checks_the_signature_over_timestamp_and_secret(sandbox: Sandbox, http: httpx.Client, clock: Clock) -> None:
    sandbox.team.secret = "SEC1"
    body = {"msgtype": "markdown", "markdown": {"title": "审批", "text": "等待中"}}
    stamp = str(int(clock.now.timestamp() * 1000))
    sign = base64.b64encode(hmac.new(b"SEC1", f"{stamp}\nSEC1".encode(), hashlib.sha256).digest()).decode()
    query = {"access_token": ROBOT_KEY, "timestamp": stamp, "sign": sign}
    assert http.post("/robot/send", params=query, json=body).json()["errcode"] == 0
    assert http.post("/robot/send", params={**query, "sign": "x"}, json=body).json()["errcode"] == 310000
    clock.wait(hours=2)
    assert http.post("/robot/send", params=query, json=body).json()["errcode"] == 310000


def test_feishu_checks_the_signature_keyed_with_timestamp_and_secret(sandbox: Sandbox, http: httpx.Client, clock: Clock) -> None:
    sandbox.team.secret = "s"
    stamp = str(int(clock.now.timestamp()))
    sign = base64.b64encode(hmac.new(f"{stamp}\ns".encode(), b"", hashlib.sha256).digest()).decode()
    body = {"msg_type": "text", "content": {"text": "等待中"}, "timestamp": stamp, "sign": sign}
    path = f"/open-apis/bot/v2/hook/{ROBOT_KEY}"
    assert http.post(path, json=body).json()["code"] == 0
    assert http.post(path, json={**body, "sign": "x"}).json()["code"] == 19021
    assert http.post("/open-apis/bot/v2/hook/wrong", json=body).json()["code"] == 19001


def test_a_webhook_is_taken_with_the_right_signature_over_the_raw_body(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.team.secret = "s"
    raw = '{"title": "审批", "body": "等待中"}'.encode()
    sign = "v1=" + hmac.new(b"s", b"7." + raw, hashlib.sha256).hexdigest()
    headers = {"growth-timestamp": "7", "growth-signature": sign}
    assert http.post("/hook/ops", content=raw, headers=headers).status_code == 204
    assert http.post("/hook/ops", content=raw + b" ", headers=headers).status_code == 401
    assert [message["title"] for message in sandbox.team.messages()] == ["审批"]
