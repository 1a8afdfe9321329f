"""The SMS gateway speaks with Aliyun's own SDK: signature, templates, limits, reports, replies."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from alibabacloud_dysmsapi20170525 import models
from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_tea_openapi.utils_models import Config

from growth.sandbox import Sandbox
from growth.sandbox.asgi import Request, Response, as_json
from growth.sandbox.keys import ALIYUN_ID, ALIYUN_SECRET
from growth.sandbox.sms import SmsBehaviour, Trouble
from tests.growth.sandbox.conftest import Clock
from tests.growth.sandbox.receiver import receiving

Send = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> None:
    """The SDK signs with the machine's clock."""
    from datetime import UTC, datetime

    clock.now = datetime.now(UTC)


def sdk(sandbox: Sandbox, *, key: str = ALIYUN_ID, secret: str = ALIYUN_SECRET) -> Client:
    endpoint = sandbox.url.removeprefix("http://")
    return Client(
        Config(access_key_id=key, access_key_secret=secret, endpoint=endpoint, protocol="http", read_timeout=2000, connect_timeout=2000)
    )


@pytest.fixture
def send(sandbox: Sandbox) -> Send:
    client = sdk(sandbox)

    def call(
        phones: str = "19900000001", *, sign: str = "诚信贷", code: str = "SMS_100001", values: str | None = '{"name": "张三"}'
    ) -> dict[str, Any]:
        request = models.SendSmsRequest(phone_numbers=phones, sign_name=sign, template_code=code, template_param=values, out_id="d-1")
        found: dict[str, Any] = client.send_sms(request).body.to_map()
        return found

    return call


def test_a_message_is_rendered_signed_and_counted_as_it_will_be_billed(sandbox: Sandbox, send: Send) -> None:
    assert send("19900000001,+8619900000002")["Code"] == "OK"
    first, second = sandbox.sms.messages()
    assert (first.phone, second.phone) == ("19900000001", "19900000002")
    assert first.content.startswith("【诚信贷】张三，您本期账单已生成")
    assert first.parts == 1
    assert first.receipt == second.receipt


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"sign": "别家"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"code": "SMS_1"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"values": None}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"values": "{"}, "isv.INVALID_JSON_PARAM"),
        ({"values": '{"name": ["张三"]}'}, "isv.INVALID_JSON_PARAM"),
        ({"values": json.dumps({"name": "长" * 36})}, "isv.PARAM_LENGTH_LIMIT"),
        ({"values": '{"name": "看 https://evil.example/"}'}, "isv.PARAM_NOT_SUPPORT_URL"),
        ({"phones": "12345"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"phones": ",".join(f"199{n:08d}" for n in range(1001))}, "isv.MOBILE_COUNT_OVER_LIMIT"),
    ],
)
def test_business_errors_come_with_http_200_and_their_code(sandbox: Sandbox, send: Send, more: dict[str, str], code: str) -> None:
    assert send(**more)["Code"] == code
    assert sandbox.sms.messages() == []


@pytest.mark.parametrize(
    ("key", "secret", "code"), [("nobody", ALIYUN_SECRET, "InvalidAccessKeyId.NotFound"), (ALIYUN_ID, "wrong", "SignatureDoesNotMatch")]
)
def test_a_wrong_signature_is_turned_away_at_the_gateway(sandbox: Sandbox, key: str, secret: str, code: str) -> None:
    request = models.SendSmsRequest(
        phone_numbers="19900000001", sign_name="诚信贷", template_code="SMS_100001", template_param='{"name": "a"}'
    )
    with pytest.raises(Exception, match=code):
        sdk(sandbox, key=key, secret=secret).send_sms(request)
    assert sandbox.sms.messages() == []


def test_an_old_request_and_one_without_signature_are_turned_away(sandbox: Sandbox, send: Send, http: httpx.Client, clock: Clock) -> None:
    assert http.post("/", data={"Action": "SendSms"}).json()["Code"] == "MissingAuthorization"
    clock.wait(minutes=16)
    with pytest.raises(Exception, match=r"InvalidTimeStamp\.Expired"):
        send()


def test_a_batch_has_its_own_signature_and_values_for_each_number(sandbox: Sandbox) -> None:
    client = sdk(sandbox)
    values = '[{"name": "张"}, {"name": "李"}]'
    two = models.SendBatchSmsRequest(
        phone_number_json='["19900000001", "19900000002"]',
        sign_name_json='["诚信贷", "诚信贷"]',
        template_code="SMS_100001",
        template_param_json=values,
    )
    assert client.send_batch_sms(two).body.code == "OK"
    assert [text.content[5:7] for text in sandbox.sms.messages()] == ["张，", "李，"]
    uneven = models.SendBatchSmsRequest(phone_number_json='["19900000001"]', sign_name_json="[]", template_code="SMS_100001")
    assert client.send_batch_sms(uneven).body.code == "isv.PHONENUMBERS_SIGNNAMES_NOT_EQUAL"


def test_the_fifty_first_promotion_of_a_day_is_stopped(sandbox: Sandbox, send: Send, clock: Clock) -> None:
    for _ in range(50):
        assert send(code="SMS_100003", values=None)["Code"] == "OK"
    assert send(code="SMS_100003", values=None)["Code"] == "isv.BUSINESS_LIMIT_CONTROL"
    assert send(code="SMS_100001")["Code"] == "OK"


def test_details_can_be_asked_for_by_number_and_day(sandbox: Sandbox, send: Send, clock: Clock) -> None:
    sandbox.sms.behave(SmsBehaviour(trouble=Trouble.UNDELIVERED, match="19900000002", code="MK:0011"))
    send("19900000001,19900000002")
    day = (clock.now + timedelta(hours=8)).strftime("%Y%m%d")
    query = models.QuerySendDetailsRequest(phone_number="19900000002", send_date=day, page_size=10, current_page=1)
    (row,) = sdk(sandbox).query_send_details(query).body.to_map()["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    assert (row["SendStatus"], row["ErrCode"], row["OutId"]) == (2, "MK:0011", "d-1")


def test_a_taken_message_whose_answer_is_lost_leaves_the_sender_in_doubt(sandbox: Sandbox, send: Send) -> None:
    sandbox.sms.behave(SmsBehaviour(trouble=Trouble.CUT, times=1))
    with pytest.raises(Exception, match=r"(?i)connection|incomplete|retry|reset|json"):
        send()
    assert len(sandbox.sms.messages()) == 1


def test_scripted_refusals_and_statuses_send_nothing(sandbox: Sandbox, send: Send, http: httpx.Client) -> None:
    http.post("/sms/behaviour", json={"trouble": "refuse", "match": "19900000001", "code": "isv.DAY_LIMIT_CONTROL", "times": 1})
    assert send()["Code"] == "isv.DAY_LIMIT_CONTROL"
    sandbox.sms.behave(SmsBehaviour(trouble=Trouble.STATUS, status=503, times=1))
    with pytest.raises(Exception, match="503"):
        send()
    assert sandbox.sms.messages() == []
    assert http.post("/sms/behaviour", json={"trouble": "gremlins"}).status_code == 422
    assert send()["Code"] == "OK"


def test_reports_are_pushed_again_until_they_are_taken(sandbox: Sandbox, send: Send) -> None:
    got: list[Any] = []

    def handler(request: Request) -> Response:
        got.append(request.json)
        return as_json({"code": 0, "msg": "ok"}) if len(got) == 3 else Response(status=500)

    sandbox.aliyun.report_after = 0
    sandbox.aliyun.pusher.retries = (0.01, 0.01, 0.01)
    with receiving(handler) as url:
        sandbox.sms.report_url = url
        send()
        assert sandbox.aliyun.pusher.settle()
    assert len(got) == 3
    assert got[0] == got[2]
    (report,) = got[0]
    assert report["success"] is True
    assert report["err_code"] == "DELIVERED"
    assert report["out_id"] == "d-1"
    assert report["biz_id"] == sandbox.sms.messages()[0].receipt


def test_who_answers_r_is_pushed_to_the_program_and_blocked_at_the_gateway(sandbox: Sandbox, send: Send, http: httpx.Client) -> None:
    got: list[Any] = []

    def handler(request: Request) -> Response:
        got.extend(request.json)
        return as_json({"code": 0})

    with receiving(handler) as url:
        assert http.post("/sms/callbacks", json={"reply": url}).json()["reply"] == url
        send()
        http.post("/sms/reply", data={"phone": "19900000001", "content": "R"})
        assert sandbox.aliyun.pusher.settle()
    assert (got[0]["phone_number"], got[0]["content"]) == ("19900000001", "R")
    assert send()["Code"] == "isv.BLACK_KEY_CONTROL_LIMIT"
    assert "R" in http.get("/sms").text


def test_reports_go_to_this_machine_only(http: httpx.Client) -> None:
    answer = http.post("/sms/callbacks", json={"report": "https://hooks.example.com/"})
    assert answer.status_code == 422
    assert "not on this machine" in answer.text
