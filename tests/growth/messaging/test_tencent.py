"""Tencent Cloud's gateway against its stand-in: the signature, receipts pushed and pulled, replies that say no, doubts looked up."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from growth.contacts import (
    Medium,
    PersonFacts,
    Purpose,
    Segment,
    Statement,
    consent_of,
    contacts,
    find_contact,
    remember,
    segment_query,
)
from growth.db import Database
from growth.jobs import ChoreRun
from growth.messaging import Claimed, Ending, Message, Outcome, Rules, SkipReason, Sms, deliver, freeze, open_provider
from growth.messaging.assignment import Assignment
from growth.messaging.gateway import says_no
from growth.messaging.jobs import jobs, look_up_doubts, pull_receipts
from growth.messaging.models import Delivery
from growth.sandbox import Sandbox
from growth.sandbox.keys import ALIYUN_ID, ALIYUN_SECRET, TENCENT_APP, TENCENT_ID, TENCENT_KEY
from growth.sandbox.server import WebServer
from growth.sandbox.sms import SmsBehaviour, Trouble
from tests.growth.messaging.senders import MAILING, NOW, states, tally
from tests.web import Web

PHONES = [f"+861380013800{number}" for number in range(3)]
Opened = Callable[..., Database]


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        sandbox.tencent.report_after = sandbox.aliyun.report_after = 0.0
        yield sandbox


def tencent(url: str, *, key: str = "${SMS_KEY}", more: str = "") -> str:
    account = f"secret_id: {TENCENT_ID}, secret_key: '{key}', app_id: '{TENCENT_APP}', endpoint: '{url}'{more}"
    return f"site: {{url: https://www.example.com/}}\nsms: {{signature: 诚信贷, tencent: {{{account}}}}}\n"


def aliyun(url: str) -> str:
    account = f"access_key_id: {ALIYUN_ID}, access_key_secret: '${{SMS_KEY}}', endpoint: '{url}'"
    return f"site: {{url: https://www.example.com/}}\nsms: {{signature: 诚信贷, aliyun: {{{account}}}}}\n"


GATEWAYS = {"tencent": (tencent, TENCENT_KEY), "aliyun": (aliyun, ALIYUN_SECRET)}


@pytest.fixture(params=sorted(GATEWAYS))
def opened(request: pytest.FixtureRequest, open_workspace: Opened, box: Sandbox) -> Database:
    """Three people and a gateway."""
    yaml, secret = GATEWAYS[request.param]
    return with_people(open_workspace(yaml(box.url), env={"SMS_KEY": secret, "SMS_WEBHOOK_SECRET": "s3cret-of-mine"}))


def with_people(database: Database) -> Database:
    said = Statement(medium=Medium.SMS, purpose=Purpose.MARKETING, granted=True, source="form", at=NOW)
    with database.write() as session:
        for phone in PHONES:
            remember(session, PersonFacts(phone=phone, consents=(said,), evidence="test"), now=NOW)
    return database


def compose(template: str, parameters: Mapping[str, str]) -> Callable[..., Mapping[UUID, Message | SkipReason]]:
    def made(session: Session, claimed: Sequence[Claimed]) -> Mapping[UUID, Message | SkipReason]:
        found = {view.id: view for view in contacts(session, [each.contact_id for each in claimed if each.contact_id])}
        return {
            each.id: Message(
                id=each.id,
                medium=Medium.SMS,
                to=str(found[each.contact_id].phone if each.contact_id else ""),
                content=Sms(text="【诚信贷】…拒收请回复R", signature="诚信贷", template_code=template, parameters=parameters),
            )
            for each in claimed
        }

    return made


def send(database: Database, *, patience: float = 3) -> Outcome:
    """Everybody gets a notice. The test's time is the gateway's: now."""
    from growth import clock

    name = str(database.workspace.settings.sms.provider)
    template, values = {"tencent": ("1000001", {"who": "您", "day": "周六"}), "aliyun": ("SMS_100001", {"name": "您"})}[name]
    rules = Rules(medium=Medium.SMS, purpose=Purpose.SERVICE)
    freeze(database, **MAILING, rules=rules, audience=lambda session: segment_query(session, Segment(), now=clock.now()), now=clock.now())
    provider = open_provider(database.workspace, Medium.SMS)
    try:
        assignment = Assignment(**MAILING, rules=rules, compose=compose(template, values))
        return deliver(database, assignment, provider, patience=timedelta(seconds=patience))
    finally:
        provider.close()


def chore(database: Database, **later: float) -> ChoreRun:
    from growth import clock

    return ChoreRun(workspace=database.workspace, database=database, now=clock.now() + timedelta(**later), should_stop=lambda: False)


def test_equal_texts_go_in_one_call_and_arrive_once(opened: Database, box: Sandbox) -> None:
    send(opened)
    assert tally(opened) == states(accepted=3)
    assert sorted(text.phone for text in box.sms.messages()) == [phone.removeprefix("+86") for phone in PHONES]
    assert {text.content[:5] for text in box.sms.messages()} == {"【诚信贷】"}


@pytest.fixture
def served(make_web: Callable[..., Web]) -> Iterator[Callable[[Database], str]]:
    servers: list[WebServer] = []

    def make(database: Database) -> str:
        servers.append(WebServer(make_web(database).app))
        servers[-1].start()
        return f"{servers[-1].url}/webhooks/sms/{database.workspace.settings.sms.provider}/s3cret-of-mine"

    yield make
    for server in servers:
        server.stop()


def test_receipts_and_replies_are_pushed_to_the_secret_address(opened: Database, box: Sandbox, served: Callable[[Database], str]) -> None:
    box.sms.report_url = box.sms.reply_url = served(opened)
    box.sms.behave(SmsBehaviour(trouble=Trouble.UNDELIVERED, match="13800138001", code="MK:0001"))
    send(opened)
    gateway = box.tencent if opened.workspace.settings.sms.provider == "tencent" else box.aliyun
    assert gateway.pusher.settle()
    assert tally(opened) == states(delivered=2, bounced=1)
    assert said(opened, PHONES[0]) is True
    box.sms.reply("13800138000", " 退订 ")
    box.sms.reply("13800138002", "你好")
    assert gateway.pusher.settle()
    assert {outcome.answered for outcome in gateway.pusher.outcomes} == {True}
    assert (said(opened, PHONES[0]), said(opened, PHONES[2])) == (False, True)


def said(database: Database, phone: str) -> bool:
    with database.read() as session:
        found = consent_of(session, find_contact(session, phone), medium=Medium.SMS, purpose=Purpose.MARKETING)
        return bool(found and found.granted)


def test_receipts_and_replies_that_wait_are_fetched_once(open_workspace: Opened, box: Sandbox) -> None:
    database = with_people(open_workspace(tencent(box.url, more=", pull: true"), env={"SMS_KEY": TENCENT_KEY}))
    assert "messaging.receipts" in [each.name for each in jobs(database.workspace)]
    send(database)
    box.sms.reply("13800138001", "TD")
    assert pull_receipts(chore(database)) == "delivered: 3, refused: 1"
    assert tally(database) == states(delivered=3)
    assert said(database, PHONES[1]) is False
    assert pull_receipts(chore(database)) is None


def test_texts_whose_answer_was_lost_are_looked_up(opened: Database, box: Sandbox) -> None:
    """F4: the line is cut in mid-answer, the gateway knows better."""
    box.sms.behave(SmsBehaviour(trouble=Trouble.CUT, times=1))
    send(opened)
    assert tally(opened) == states(uncertain=3)
    assert "messaging.doubts" in [each.name for each in jobs(opened.workspace)]
    assert look_up_doubts(chore(opened)) is None
    assert look_up_doubts(chore(opened, minutes=3)) == "delivered: 3"
    assert tally(opened) == states(delivered=3)
    assert len(box.sms.messages()) == 3


def test_a_text_that_the_gateway_never_got_stays_in_doubt(opened: Database, box: Sandbox) -> None:
    send(opened)
    with opened.write() as session:
        session.execute(update(Delivery).values(state="uncertain", submitted_at=NOW - timedelta(days=1)))
    assert look_up_doubts(ChoreRun(workspace=opened.workspace, database=opened, now=NOW, should_stop=lambda: False)) is None
    assert tally(opened) == states(uncertain=3)


def test_keys_that_are_wrong_stop_the_sender_and_lose_nothing(open_workspace: Opened, box: Sandbox) -> None:
    database = with_people(open_workspace(tencent(box.url), env={"SMS_KEY": "canary-key"}))
    outcome = send(database)
    assert outcome.ending is Ending.PROVIDER
    assert "AuthFailure.SignatureFailure" in str(outcome.fault)
    assert "canary" not in str(outcome.fault)
    assert tally(database) == states(retrying=3)
    assert box.sms.messages() == []


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("FailedOperation.PhoneNumberInBlacklist", "rejected"),
        ("LimitExceeded.PhoneNumberDailyLimit", "retrying"),
        ("FailedOperation.ContainSensitiveWord", "rejected"),
    ],
)
def test_what_is_wrong_with_one_number_stops_no_other(open_workspace: Opened, box: Sandbox, code: str, state: str) -> None:
    database = with_people(open_workspace(tencent(box.url), env={"SMS_KEY": TENCENT_KEY}))
    box.sms.behave(SmsBehaviour(trouble=Trouble.REFUSE, match="13800138001", code=code))
    send(database, patience=0.5)
    assert tally(database) == states(accepted=2, **{state: 1})


def signed(box: Sandbox, body: bytes, *, key: str = TENCENT_KEY, at: float, host: str | None = None) -> httpx.Response:
    """SendSms, signed by hand as the documentation has it (382/52072)."""
    from datetime import UTC, datetime

    date = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    address = box.url.removeprefix("http://")
    canonical = f"POST\n/\n\ncontent-type:application/json\nhost:{host or address}\n\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
    text = f"TC3-HMAC-SHA256\n{int(at)}\n{date}/sms/tc3_request\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    secret = f"TC3{key}".encode()
    for part in (date, "sms", "tc3_request"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    credential = f"TC3-HMAC-SHA256 Credential={TENCENT_ID}/{date}/sms/tc3_request, SignedHeaders=content-type;host, Signature={signature}"
    headers = {
        "Authorization": credential,
        "Content-Type": "application/json",
        "X-TC-Action": "SendSms",
        "X-TC-Version": "2021-01-11",
        "X-TC-Timestamp": str(int(at)),
    }
    return httpx.post(box.url + "/", content=body, headers=headers)


def test_the_stand_in_takes_what_is_signed_rightly_and_nothing_else(box: Sandbox) -> None:
    from growth import clock

    now = clock.now().timestamp()
    wanted = {"PhoneNumberSet": PHONES[:1], "SmsSdkAppId": TENCENT_APP, "TemplateId": "1000002", "SignName": "诚信贷"}
    body = json.dumps({**wanted, "TemplateParamSet": ["123456"]}).encode()

    def code(answer: httpx.Response) -> str:
        told = answer.json()["Response"]
        return str(told["Error"]["Code"] if "Error" in told else told["SendStatusSet"][0]["Code"])

    assert code(signed(box, body, key="wrong", at=now)) == "AuthFailure.SignatureFailure"
    assert code(signed(box, body, at=now, host="sms.tencentcloudapi.com")) == "AuthFailure.SignatureFailure"
    assert code(signed(box, body, at=now - 3600)) == "AuthFailure.SignatureExpire"
    assert code(httpx.post(box.url + "/", content=body, headers={"X-TC-Action": "SendSms"})) == "AuthFailure.InvalidAuthorization"
    assert box.sms.messages() == []
    assert code(signed(box, body, at=now)) == "Ok"
    assert [text.content for text in box.sms.messages()] == ["【诚信贷】验证码123456，三分钟内有效，请勿告诉任何人。"]


@pytest.mark.parametrize("reply", ["R", " r ", "Ｒ", "td", "T。", "退订", "我要退订谢谢", "请不要再发了", "拒收!"])
def test_people_say_no_in_many_ways(reply: str) -> None:
    assert says_no(reply)


@pytest.mark.parametrize("reply", ["", "好的", "红", "Really?", "还款日是几号", "R 你好"])
def test_other_replies_are_none(reply: str) -> None:
    assert not says_no(reply)


@pytest.mark.parametrize(
    "name",
    ["张三\n退订回T", "【某银行】", "点 http://x.cn", "x.com", "张\u200b三", "\u202e三张", "张三\x00", "www.x", "[银行]", "张三\u2028x"],
)
def test_what_people_call_themselves_speaks_in_nobodys_name(opened: Database, box: Sandbox, name: str) -> None:
    """A24: a parameter with a signature, link, line or hidden character of its own goes to nobody."""
    provider = open_provider(opened.workspace, Medium.SMS)
    template = {"tencent": ("1000001", {"1": name, "2": "周六"}), "aliyun": ("SMS_100001", {"name": name})}[provider.name]
    batch = [
        Message(
            id=UUID(int=number),
            medium=Medium.SMS,
            to=PHONES[number],
            content=Sms(text="x", signature="诚信贷", template_code=template[0], parameters=values),
        )
        for number, values in enumerate(({**template[1]}, dict.fromkeys(template[1], "张三")))
    ]
    verdicts = {receipt.message_id: str(receipt.verdict) for receipt in provider.send(batch)}
    provider.close()
    assert verdicts == {UUID(int=0): "refused", UUID(int=1): "accepted"}
    assert [text.phone for text in box.sms.messages()] == [PHONES[1].removeprefix("+86")]
