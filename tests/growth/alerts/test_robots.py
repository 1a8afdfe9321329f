"""Robots: each speaks to a real HTTP server that checks what its service checks, and understands what that service complains of."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as SmtpServer
from aiosmtpd.smtp import Envelope, Session

from growth.alerts import RobotMessage, RobotTarget, UnknownRobot, find_robot, robot_names, send_test
from growth.errors import GrowthError, ProviderError
from growth.workspace import MissingSecret, Workspace
from tests.growth.alerts import services
from tests.growth.alerts.services import Service

PLACES = {
    "wecom": (services.wecom, f"/cgi-bin/webhook/send?key={services.WECOM_KEY}", ""),
    "dingtalk": (services.dingtalk, f"/robot/send?access_token={services.DINGTALK_TOKEN}", services.DINGTALK_SECRET),
    "feishu": (services.feishu, f"/open-apis/bot/v2/hook/{services.FEISHU_HOOK}", services.FEISHU_SECRET),
    "webhook": (services.webhook, "/hooks/growth", services.WEBHOOK_SECRET),
}


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5) as client:
        yield client


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, workspace: Workspace) -> Iterator[tuple[str, Service, RobotTarget]]:
    """A robot's name, its running service, and the target that reaches it."""
    judge, path, secret = PLACES[request.param]
    with services.serving(judge) as service:
        yield request.param, service, RobotTarget(name="ops", url=service.url + path, secret=secret, to=(), workspace=workspace)


def message(title: str = "首页打不开", body: str = "HTTP 500", link: str | None = "http://127.0.0.1:8000/seo") -> RobotMessage:
    now = datetime.now(UTC)
    return RobotMessage(event="alert-7-abc", kind="new_errors", title=title, body=body, link=link, happened_at=now, now=now)


def test_every_robot_s_message_is_taken_with_its_signature(place: tuple[str, Service, RobotTarget], http: httpx.Client) -> None:
    name, service, target = place
    find_robot(name).send(message(), target, http)
    assert len(service.taken) == 1
    shown = str(service.taken[0])
    assert "首页打不开" in shown
    assert "HTTP 500" in shown
    assert "http://127.0.0.1:8000/seo" in shown


def test_a_very_long_text_is_cut_to_what_the_service_takes(place: tuple[str, Service, RobotTarget], http: httpx.Client) -> None:
    name, service, target = place
    find_robot(name).send(message(title="标题" * 200, body="很长的说明。" * 4000), target, http)
    assert len(service.taken) == 1
    assert "http://127.0.0.1:8000/seo" in str(service.taken[0]), "the link is never cut away"


@pytest.mark.parametrize("place", ["wecom", "dingtalk", "feishu"], indirect=True)
def test_words_of_strangers_mention_nobody_and_open_nothing(place: tuple[str, Service, RobotTarget], http: httpx.Client) -> None:
    name, service, target = place
    find_robot(name).send(
        message(title="<@all> 改版", body="<at id=all></at> [bank](http://evil.example) ![x](http://evil.example/x.png) \x1b[2J"),
        target,
        http,
    )
    shown = str(service.taken[0])
    assert "<@all>" not in shown
    assert "<at id=all>" not in shown
    assert "](http://evil.example" not in shown
    assert "\\x1b" not in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("name", "answer", "retry_after"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit, hint: [1700000000]"}, timedelta(minutes=1)),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}, timedelta(minutes=10)),
        ("dingtalk", {"errcode": 410100, "errmsg": "发送速度太快而限流"}, timedelta(minutes=10)),
        ("feishu", {"code": 11232, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"}, timedelta(minutes=1)),
        ("wecom", {"errcode": -1, "errmsg": "system busy"}, None),
        ("dingtalk", {"errcode": -1, "errmsg": "系统繁忙"}, None),
    ],
)
def test_too_often_is_a_reason_to_wait(
    name: str, answer: dict[str, object], retry_after: timedelta | None, workspace: Workspace, http: httpx.Client
) -> None:
    judge, path, secret = PLACES[name]
    with services.serving(judge) as service:
        service.answer_next(**answer)
        with pytest.raises(ProviderError) as fault:
            find_robot(name).send(
                message(), RobotTarget(name="ops", url=service.url + path, secret=secret, to=(), workspace=workspace), http
            )
    assert not fault.value.permanent
    assert fault.value.retry_after == retry_after


@pytest.mark.parametrize(
    ("name", "path", "secret", "words"),
    [
        ("wecom", "/cgi-bin/webhook/send?key=another", "", "93000"),
        ("dingtalk", f"/robot/send?access_token={services.DINGTALK_TOKEN}", "SECwrong", "310000"),
        ("dingtalk", "/robot/send?access_token=another", services.DINGTALK_SECRET, "300001"),
        ("feishu", f"/open-apis/bot/v2/hook/{services.FEISHU_HOOK}", "wrong", "19021"),
        ("feishu", "/open-apis/bot/v2/hook/another", services.FEISHU_SECRET, "19001"),
        ("webhook", "/hooks/growth", "wrong", "401"),
    ],
)
def test_a_wrong_address_or_secret_is_refused_for_good(
    name: str, path: str, secret: str, words: str, workspace: Workspace, http: httpx.Client
) -> None:
    with services.serving(PLACES[name][0]) as service:
        with pytest.raises(ProviderError, match=words) as fault:
            find_robot(name).send(
                message(), RobotTarget(name="ops", url=service.url + path, secret=secret, to=(), workspace=workspace), http
            )
        assert service.taken == []
    assert fault.value.permanent


def test_what_is_no_answer_may_pass(place: tuple[str, Service, RobotTarget], http: httpx.Client) -> None:
    name, service, target = place
    service.answer_next(503, {"retry-after": "120"})
    with pytest.raises(ProviderError, match="503") as busy:
        find_robot(name).send(message(), target, http)
    assert (busy.value.permanent, busy.value.retry_after) == (False, timedelta(minutes=2))
    service.next_answers.append((302, {"location": "http://169.254.169.254/"}, b""))
    with pytest.raises(ProviderError, match="302") as moved:
        find_robot(name).send(message(), target, http)
    assert moved.value.permanent, "redirects are not followed"
    if name != "webhook":
        service.next_answers.append((200, {}, b"<html>a proxy's page</html>"))
        with pytest.raises(ProviderError, match="no JSON"):
            find_robot(name).send(message(), target, http)


def test_a_service_that_is_down_may_pass(workspace: Workspace, http: httpx.Client) -> None:
    with services.serving(services.wecom) as service:
        url = service.url
    with pytest.raises(ProviderError) as fault:
        find_robot("wecom").send(message(), RobotTarget(name="ops", url=url, secret="", to=(), workspace=workspace), http)
    assert not fault.value.permanent


def test_a_webhook_tells_a_repeat_by_its_id(workspace: Workspace, http: httpx.Client) -> None:
    with services.serving(services.webhook) as service:
        target = RobotTarget(name="ops", url=service.url, secret=services.WEBHOOK_SECRET, to=(), workspace=workspace)
        find_robot("webhook").send(message(), target, http)
        find_robot("webhook").send(message(), target, http)
    assert [document["id"] for document in service.taken] == ["alert-7-abc", "alert-7-abc"]
    assert service.headers[0]["growth-event"] == "alert-7-abc"


def test_a_robot_that_is_not_installed_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownRobot) as fault:
        find_robot("pigeon")
    assert fault.value.fix is not None
    assert all(name in fault.value.fix for name in robot_names())


# --- mail


class Mailbox:
    """Keeps what a mail server takes; refuses as told."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.refusal: str | None = None

    async def handle_RCPT(self, server: SmtpServer, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SmtpServer, session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def mail_yaml(port: int) -> str:
    return f"""
site: {{url: "https://www.example.com/", name: 诚信贷}}
email: {{provider: smtp, from: "诚信贷 <news@example.com>", smtp: {{host: 127.0.0.1, port: {port}, tls: none}}}}
notify: {{ops: {{robot: mail, to: [ops@example.com, boss@example.com]}}}}
"""


def test_mail_reaches_everybody_of_the_target(
    mailbox: tuple[Mailbox, int], make_workspace: Callable[..., Workspace], now: datetime
) -> None:
    box, port = mailbox
    send_test(make_workspace(mail_yaml(port)), target="ops", now=now)
    (envelope,) = box.mails
    assert envelope.rcpt_tos == ["ops@example.com", "boss@example.com"]
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert "诚信贷" in mail["Subject"]
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(("refusal", "permanent"), [("550 no such user", True), ("451 come back later", False)])
def test_mail_that_is_refused_is_told_apart_from_mail_that_may_pass(
    mailbox: tuple[Mailbox, int], make_workspace: Callable[..., Workspace], now: datetime, refusal: str, permanent: bool
) -> None:
    box, port = mailbox
    box.refusal = refusal
    with pytest.raises(ProviderError, match=refusal[:3]) as fault:
        send_test(make_workspace(mail_yaml(port)), target="ops", now=now)
    assert fault.value.permanent == permanent


def test_without_a_mail_server_mail_becomes_a_file(make_workspace: Callable[..., Workspace], now: datetime) -> None:
    workspace = make_workspace("site: {url: 'https://www.example.com/'}\nemail: {from: news@example.com}\n")
    send_test(workspace, target="director@example.com", now=now)
    (file,) = (workspace.state / "outbox").glob("*.eml")
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == "director@example.com"


def test_a_target_that_is_not_declared_or_lacks_its_secret_is_named(make_workspace: Callable[..., Workspace], now: datetime) -> None:
    workspace = make_workspace('site: {url: "https://www.example.com/"}\nnotify: {ops: {robot: wecom, url: "${WECOM_ROBOT_URL}"}}\n')
    with pytest.raises(GrowthError, match="there is no “dev”"):
        send_test(workspace, target="dev", now=now)
    with pytest.raises(MissingSecret, match="WECOM_ROBOT_URL") as fault:
        send_test(workspace, target="ops", now=now)
    assert str(fault.value.where).startswith("growth.yaml:2")
