"""What every registered provider keeps, against its stand-in's own log. A new one is tested by being registered and given a stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from growth.contacts import Medium
from growth.db import uuid7
from growth.errors import ProviderError
from growth.messaging import Mail, Message, Provider, RawRequest, Receipt, Sms, UnsupportedFeature, Verdict, open_provider
from growth.rooms import GROWTH
from growth.sandbox import Action, Behaviour, Part, Sandbox, Stage
from growth.sandbox.keys import ALIYUN_ID, ALIYUN_SECRET, SENDGRID_KEY, TENCENT_APP, TENCENT_ID, TENCENT_KEY
from growth.sandbox.sendgrid import SendGridBehaviour
from growth.sandbox.sendgrid import Trouble as SendGridTrouble
from growth.sandbox.sms import SmsBehaviour, Trouble
from growth.workspace import Workspace

SITE = "site: {url: https://www.example.com/}\n"


@dataclass
class Stand:
    """One provider with its stand-in: `took` counts what the other side accepted for an address; the rest scripts trouble."""

    provider: Provider
    medium: Medium
    took: Callable[[str], int]
    refuse: Callable[[str], None] | None = None
    delay: Callable[[str], None] | None = None
    cut: Callable[[str], None] | None = None
    unreachable: Callable[[], Provider] | None = None
    #: of a gateway of text messages, and its parameters for a number
    template: tuple[str, Callable[[int], dict[str, str]]] = ("SMS_100001", lambda number: {"name": f"人{number}"})
    #: one call carries many: what happens to the call happens to all of it
    shares_a_call: bool = False

    def address(self, number: int) -> str:
        return f"p{number}@example.com" if self.medium is Medium.EMAIL else f"+86138001380{number:02}"

    def message(self, number: int) -> Message:
        content = (
            Mail(subject="你好", text="文字", html="<p>文字</p>", sender="诚信贷 <news@example.com>")
            if self.medium is Medium.EMAIL
            else Sms(text="【诚信贷】张三您好", signature="诚信贷", template_code=self.template[0], parameters=self.template[1](number))
        )
        return Message(id=uuid7(), medium=self.medium, to=self.address(number), content=content)

    def send(self, *numbers: int) -> list[Verdict]:
        batch = [self.message(number) for number in numbers]
        by_id: dict[Any, Receipt] = {receipt.message_id: receipt for receipt in self.provider.send(batch)}
        assert set(by_id) == {message.id for message in batch}
        return [by_id[message.id].verdict for message in batch]


def smtp(make: Callable[..., Workspace], sandbox: Sandbox) -> Stand:
    def at(port: int) -> Provider:
        yaml = f"email: {{from: news@example.com, smtp: {{host: 127.0.0.1, port: {port}, tls: none}}}}\n"
        return open_provider(make(SITE + yaml), Medium.EMAIL)

    behave = sandbox.mailbox.behave
    return Stand(
        provider=at(sandbox.smtp_port),
        medium=Medium.EMAIL,
        took=lambda address: len(sandbox.mailbox.messages(to=address)),
        refuse=lambda address: behave(Behaviour(action=Action.REFUSE, match=address, code=550)),
        delay=lambda address: behave(Behaviour(action=Action.REFUSE, match=address, code=451, stage=Stage.DATA)),
        cut=lambda address: behave(Behaviour(action=Action.DROP, match=address)),
        unreachable=lambda: at(1),
    )


def aliyun(make: Callable[..., Workspace], sandbox: Sandbox) -> Stand:
    def at(url: str) -> Provider:
        yaml = f"sms: {{signature: 诚信贷, aliyun: {{access_key_id: {ALIYUN_ID}, access_key_secret: '${{SECRET}}', endpoint: '{url}'}}}}\n"
        return open_provider(make(SITE + yaml, env={"SECRET": ALIYUN_SECRET}), Medium.SMS)

    def behave(trouble: Trouble, address: str, **more: Any) -> None:
        sandbox.sms.behave(SmsBehaviour(trouble=trouble, match=address.removeprefix("+86"), **more))

    return Stand(
        provider=at(sandbox.url),
        medium=Medium.SMS,
        took=lambda address: len(sandbox.sms.messages(phone=address.removeprefix("+86"))),
        refuse=lambda address: behave(Trouble.REFUSE, address, code="isv.BLACK_KEY_CONTROL_LIMIT"),
        delay=lambda address: behave(Trouble.REFUSE, address, code="isv.BUSINESS_LIMIT_CONTROL"),
        cut=lambda address: behave(Trouble.CUT, address),
        unreachable=lambda: at("http://127.0.0.1:1"),
    )


def sendgrid(make: Callable[..., Workspace], sandbox: Sandbox) -> Stand:
    def at(url: str) -> Provider:
        yaml = f"email: {{from: news@example.com, sendgrid: {{api_key: '${{KEY}}', base_url: '{url}'}}}}\n"
        return open_provider(make(SITE + yaml, env={"KEY": SENDGRID_KEY}), Medium.EMAIL)

    def behave(trouble: SendGridTrouble, address: str, **more: Any) -> None:
        sandbox.sendgrid.behave(SendGridBehaviour(trouble=trouble, match=address, **more))

    return Stand(
        provider=at(sandbox.url),
        medium=Medium.EMAIL,
        took=lambda address: len(sandbox.mailbox.messages(to=address)),
        refuse=lambda address: behave(SendGridTrouble.REFUSE, address),
        cut=lambda address: behave(SendGridTrouble.CUT, address),
        unreachable=lambda: at("http://127.0.0.1:1"),
        shares_a_call=True,
    )


def tencent(make: Callable[..., Workspace], sandbox: Sandbox) -> Stand:
    def at(url: str) -> Provider:
        account = f"secret_id: {TENCENT_ID}, secret_key: '${{SECRET}}', app_id: '{TENCENT_APP}', endpoint: '{url}'"
        return open_provider(make(SITE + f"sms: {{signature: 诚信贷, tencent: {{{account}}}}}\n", env={"SECRET": TENCENT_KEY}), Medium.SMS)

    def behave(trouble: Trouble, address: str, **more: Any) -> None:
        sandbox.sms.behave(SmsBehaviour(trouble=trouble, match=address.removeprefix("+86"), **more))

    return Stand(
        provider=at(sandbox.url),
        medium=Medium.SMS,
        template=("1000001", lambda number: {"1": f"人{number}", "2": "周六"}),
        took=lambda address: len(sandbox.sms.messages(phone=address.removeprefix("+86"))),
        refuse=lambda address: behave(Trouble.REFUSE, address, code="FailedOperation.PhoneNumberInBlacklist"),
        delay=lambda address: behave(Trouble.REFUSE, address, code="LimitExceeded.PhoneNumberOneHourLimit"),
        cut=lambda address: behave(Trouble.CUT, address),
        unreachable=lambda: at("http://127.0.0.1:1"),
    )


def outbox(make: Callable[..., Workspace], _sandbox: Sandbox) -> Stand:
    workspace = make(SITE)
    provider = open_provider(workspace, Medium.EMAIL, "outbox")

    def took(address: str) -> int:
        return sum(address.encode() in path.read_bytes() for path in (workspace.state / "outbox").rglob("*.eml"))

    return Stand(provider=provider, medium=Medium.EMAIL, took=took)


STANDS: dict[str, Callable[[Callable[..., Workspace], Sandbox], Stand]] = {
    "smtp": smtp,
    "sendgrid": sendgrid,
    "aliyun": aliyun,
    "tencent": tencent,
    "outbox": outbox,
}


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(params=sorted(GROWTH.providers))
def stand(request: pytest.FixtureRequest, make_workspace: Callable[..., Workspace], box: Sandbox) -> Iterator[Stand]:
    assert request.param in STANDS, f"the provider {request.param} has no stand-in in this test"
    found = STANDS[request.param](make_workspace, box)
    yield found
    found.provider.close()
    box.mailbox.clear()
    box.mailbox.behaviours.clear()
    box.sms.behave_well()
    box.log.clear(Part.SMS)
    box.sendgrid.behave_well()


#: providers with somebody at the other end, who may refuse, put off, fall silent or be away: `outbox` writes files, and nobody answers
somebody_answers = pytest.mark.parametrize("stand", sorted(set(GROWTH.providers) - {"outbox"}), indirect=True)


def test_each_message_has_one_receipt_and_arrives_once(stand: Stand) -> None:
    assert stand.provider.name in GROWTH.providers
    assert stand.medium in stand.provider.capabilities.media
    assert 1 <= stand.provider.capabilities.max_batch <= 1000
    numbers = range(10, 30)
    assert stand.send(*numbers) == [Verdict.ACCEPTED] * 20
    assert [stand.took(stand.address(number)) for number in numbers] == [1] * 20


@somebody_answers
def test_one_that_is_refused_or_put_off_spoils_no_other(stand: Stand) -> None:
    assert stand.refuse is not None
    stand.refuse(stand.address(31))
    if stand.delay is not None:
        stand.delay(stand.address(32))
    second = (Verdict.LATER, 0) if stand.delay is not None else (Verdict.ACCEPTED, 1)
    assert stand.send(30, 31, 32, 33) == [Verdict.ACCEPTED, Verdict.REFUSED, second[0], Verdict.ACCEPTED]
    assert [stand.took(stand.address(number)) for number in (30, 31, 32, 33)] == [1, 0, second[1], 1]


@somebody_answers
def test_an_answer_that_never_comes_is_unknown_and_not_sent_again(stand: Stand) -> None:
    assert stand.cut is not None
    stand.cut(stand.address(41))
    others = Verdict.UNKNOWN if stand.shares_a_call else Verdict.ACCEPTED
    assert stand.send(40, 41, 42) == [others, Verdict.UNKNOWN, others]
    assert [stand.took(stand.address(number)) for number in (40, 41, 42)] == [1, 1, 1]


@somebody_answers
def test_one_that_cannot_be_reached_says_so_and_took_nothing(stand: Stand) -> None:
    assert stand.unreachable is not None
    provider = stand.unreachable()
    with pytest.raises(ProviderError) as caught:
        provider.send([stand.message(50)])
    assert not caught.value.permanent
    assert caught.value.fix
    provider.close()
    assert stand.took(stand.address(50)) == 0


def test_what_is_no_report_is_refused(stand: Stand) -> None:
    with pytest.raises((ProviderError, UnsupportedFeature)):
        stand.provider.read_feedback(RawRequest(body=b"\xff not a report"))
