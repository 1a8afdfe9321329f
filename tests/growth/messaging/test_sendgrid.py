"""SendGrid against its stand-in: each gets their own mail once, doubts end with an event, and nobody else can report."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.contacts import Medium, address_index, contacts, suppression_of
from growth.db import Database
from growth.errors import ProviderError
from growth.messaging import Claimed, Ending, Mail, Message, SkipReason, open_provider
from growth.messaging.models import Delivery
from growth.sandbox import Sandbox
from growth.sandbox.keys import SENDGRID_KEY, SENDGRID_PUBLIC_KEY
from growth.sandbox.sendgrid import SendGridBehaviour, Trouble, sign
from growth.sandbox.server import WebServer
from tests.growth.messaging.senders import NOW, frozen, people, send, states, tally
from tests.web import Web

Opened = Callable[..., Database]
HOOK = "/webhooks/sendgrid"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(now=lambda: NOW) as sandbox:
        sandbox.sendgrid.report_after = 0.0
        yield sandbox


def settings(url: str, *, more: str = "", key: str | None = SENDGRID_PUBLIC_KEY, site: str = "") -> str:
    hook = f", webhook_public_key: '{key}'" if key else ""
    return (
        f"site: {{url: https://www.example.com/{site}}}\n"
        f"email: {{from: 诚信贷 <news@example.com>, sendgrid: {{api_key: '${{SENDGRID_API_KEY}}', base_url: '{url}'{hook}{more}}}}}\n"
    )


@pytest.fixture
def opened(open_workspace: Opened, box: Sandbox) -> Opened:
    return lambda **more: open_workspace(settings(box.url, **more), env={"SENDGRID_API_KEY": SENDGRID_KEY})


def personal(session: Session, claimed: Sequence[Claimed]) -> Mapping[UUID, Message | SkipReason]:
    """A mail with a name, a link and an unsubscribe address of one's own."""
    found = {view.id: view for view in contacts(session, [each.contact_id for each in claimed if each.contact_id])}
    made: dict[UUID, Message | SkipReason] = {}
    for each in claimed:
        assert each.contact_id
        email = found[each.contact_id].email
        assert email
        name = email.partition("@")[0]
        mail = Mail(
            subject=f"广告：{name}，本月新标",
            text=f"{name} 您好\n链接 https://go.example.com/l/{each.id.hex}\n",
            html=f'<p>{name} 您好</p><a href="https://go.example.com/l/{each.id.hex}">看</a>',
            sender="诚信贷 <news@example.com>",
            reply_to="service@example.com",
            unsubscribe_url=f"https://go.example.com/unsubscribe/{each.id.hex}",
        )
        made[each.id] = Message(id=each.id, medium=Medium.EMAIL, to=email, content=mail)
    return made


def run(database: Database, **more: object) -> object:
    provider = open_provider(database.workspace, Medium.EMAIL)
    try:
        return send(database, provider, compose=personal, **more)
    finally:
        provider.close()


def id_of(database: Database, address: str) -> UUID:
    with database.read() as session:
        index = address_index(session, Medium.EMAIL, address)
        return session.scalars(select(Delivery.id).where(Delivery.address_index == index)).one()


def barred(database: Database, address: str) -> str | None:
    with database.read() as session:
        found = suppression_of(session, medium=Medium.EMAIL, address_index=address_index(session, Medium.EMAIL, address))
        return str(found.reason) if found else None


def test_each_gets_their_own_mail_once_and_a_call_carries_a_hundred(opened: Opened, box: Sandbox) -> None:
    database = opened()
    addresses = people(database, 230)
    frozen(database)
    run(database)
    assert tally(database) == states(accepted=230)
    assert sorted(len(call["personalizations"]) for call in box.sendgrid.calls) == [30, 100, 100]
    got = Counter(address for mail in box.messages() for address in mail.recipients)
    assert got == Counter(addresses)
    mail = box.messages(to="p7@example.com")[0]
    own = id_of(database, "p7@example.com").hex
    assert mail.subject == "广告：p7，本月新标"
    assert mail.text == f"p7 您好\n链接 https://go.example.com/l/{own}\n"
    assert f'<p>p7 您好</p><a href="https://go.example.com/l/{own}">看</a>' in mail.html
    assert mail.header("List-Unsubscribe") == f"<https://go.example.com/unsubscribe/{own}>"
    assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert mail.header("From") == "诚信贷 <news@example.com>"


def test_no_personal_data_is_left_with_the_call_but_the_mail_itself(opened: Opened, box: Sandbox) -> None:
    """custom_args are kept for long and cannot be taken back."""
    database = opened()
    people(database, 2)
    frozen(database)
    run(database)
    for person in box.sendgrid.calls[0]["personalizations"]:
        assert list(person["custom_args"]) == ["delivery"]
        assert UUID(person["custom_args"]["delivery"])
    assert box.sendgrid.calls[0]["tracking_settings"]["click_tracking"]["enable"] is False


def test_an_address_that_the_api_objects_to_is_rejected_and_the_others_go(opened: Opened, box: Sandbox) -> None:
    database = opened()
    people(database, 5)
    frozen(database)
    box.sendgrid.behave(SendGridBehaviour(trouble=Trouble.REFUSE, match="p3@example.com", reason="Does not contain a valid address."))
    run(database)
    assert tally(database) == states(accepted=4, rejected=1)
    assert len(box.messages()) == 4


def test_too_many_requests_are_waited_for_as_long_as_is_asked(opened: Opened, box: Sandbox) -> None:
    """F5."""
    database = opened()
    people(database, 3)
    frozen(database)
    box.sendgrid.behave(SendGridBehaviour(trouble=Trouble.STATUS, status=429, retry_after=3, times=1))
    run(database)
    assert tally(database) == states(accepted=3)
    assert len(box.messages()) == 3
    box.sendgrid.behave(SendGridBehaviour(trouble=Trouble.STATUS, status=429, retry_after=120))
    provider = open_provider(database.workspace, Medium.EMAIL)
    with pytest.raises(ProviderError) as caught:
        provider.send([Message(id=UUID(int=1), medium=Medium.EMAIL, to="a@x.cn", content=Mail(subject="s", text="t", sender="n@x.cn"))])
    assert (caught.value.retry_after, caught.value.permanent) == (timedelta(seconds=120), False)


def test_a_key_that_is_refused_stops_the_sender_and_loses_nothing(open_workspace: Opened, box: Sandbox) -> None:
    database = open_workspace(settings(box.url), env={"SENDGRID_API_KEY": "SG.wrong"})
    people(database, 3)
    frozen(database)
    outcome = run(database)
    assert outcome.ending is Ending.PROVIDER
    assert "SG.wrong" not in str(outcome.fault)
    assert tally(database) == states(retrying=3)
    assert box.messages() == []


def test_where_the_law_asks_for_a_consent_nothing_leaves_without_it(open_workspace: Opened, box: Sandbox) -> None:
    database = open_workspace(settings(box.url, site=", mainland: true"), env={"SENDGRID_API_KEY": SENDGRID_KEY})
    people(database, 2)
    frozen(database)
    outcome = run(database)
    assert outcome.ending is Ending.PROVIDER
    assert box.sendgrid.calls == []
    assert tally(database) == states(retrying=2)
    agreed = open_workspace(
        settings(box.url, site=", mainland: true", more=", cross_border_consent: true"), env={"SENDGRID_API_KEY": SENDGRID_KEY}
    )
    assert open_provider(agreed.workspace, Medium.EMAIL).send([]) == []


@pytest.fixture
def hook(make_web: Callable[..., Web]) -> Iterator[Callable[[Database], tuple[Web, str]]]:
    servers: list[WebServer] = []

    def make(database: Database) -> tuple[Web, str]:
        web = make_web(database)
        servers.append(WebServer(web.app))
        servers[-1].start()
        return web, servers[-1].url + HOOK

    yield make
    for server in servers:
        server.stop()


def test_an_answer_that_never_came_is_in_doubt_until_the_event_comes(
    opened: Opened, box: Sandbox, hook: Callable[[Database], tuple[Web, str]]
) -> None:
    """F4, with the vendor's own calls: the line is cut in mid-answer, the signed events say what became of it."""
    database = opened()
    people(database, 4)
    frozen(database)
    box.sendgrid.behave(
        SendGridBehaviour(trouble=Trouble.CUT, times=1),
        SendGridBehaviour(trouble=Trouble.EVENT, match="p1@example.com", event="bounce", reason="550 5.1.1 user unknown"),
        SendGridBehaviour(trouble=Trouble.EVENT, match="p2@example.com", event="deferred", reason="450 later"),
        SendGridBehaviour(trouble=Trouble.EVENT, match="p3@example.com", event="spamreport", reason=""),
    )
    _web, url = hook(database)
    box.sendgrid.event_url = url
    box.sendgrid.report_after = 1.5
    run(database)
    assert tally(database) == states(uncertain=4)
    assert box.sendgrid.pusher.settle()
    assert [outcome.status for outcome in box.sendgrid.pusher.outcomes] == [204]
    # p2: the provider has it, no more is known
    assert tally(database) == states(accepted=1, bounced=1, delivered=2)
    assert [barred(database, f"p{number}@example.com") for number in range(4)] == [None, "hard-bounce", None, "complaint"]
    assert len(box.messages()) == 4


def signed(rows: object, *, at: float | None = None) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(rows).encode() + b"\r\n"
    timestamp = str(int(at if at is not None else NOW.timestamp()))
    return body, {
        "content-type": "application/json",
        "x-twilio-email-event-webhook-signature": sign(timestamp, body),
        "x-twilio-email-event-webhook-timestamp": timestamp,
    }


def bounce(id_: UUID, name: str = "e1") -> dict[str, object]:
    told = {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 user unknown", "email": "p0@example.com"}
    return {**told, "sg_event_id": name, "timestamp": int(NOW.timestamp()), "delivery": id_.hex}


@pytest.fixture
def sent(opened: Opened, make_web: Callable[..., Web]) -> tuple[Web, UUID]:
    database = opened()
    people(database, 2)
    frozen(database)
    run(database)
    return make_web(database), id_of(database, "p0@example.com")


def post(web: Web, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
    return web.stranger("192.0.2.9").send("POST", HOOK, headers=headers, content=body)


def test_events_are_taken_from_sendgrid_only(sent: tuple[Web, UUID]) -> None:
    """A14: no, another, an old, an altered signature; what was refused is stored nowhere and may still come rightly."""
    web, id_ = sent
    body, headers = signed([bounce(id_)])
    week, week_headers = signed([bounce(id_)], at=(NOW - timedelta(days=7)).timestamp())
    later, later_headers = signed([bounce(id_)], at=(NOW + timedelta(hours=1)).timestamp())
    signature = "x-twilio-email-event-webhook-signature"
    forged = [
        (body, {"content-type": "application/json"}),
        (body, {**headers, signature: ""}),
        (body, {**headers, signature: "AAAA"}),
        (body, {**headers, signature: "not base64!"}),
        (body, {**headers, signature: sign("1", b"other")}),
        (body, {**headers, "x-twilio-email-event-webhook-timestamp": "1"}),
        (body, {**headers, "x-twilio-email-event-webhook-timestamp": "九"}),
        (body.strip(), headers),
        (body.replace(b"p0@", b"p1@"), headers),
        (week, week_headers),
        (later, later_headers),
        signed({"no": "list"}),
        (b"\xff", {**headers, signature: sign(headers["x-twilio-email-event-webhook-timestamp"], b"\xff")}),
    ]
    for bad, its_headers in forged:
        sendable = {name: value for name, value in its_headers.items() if value.isascii()}
        assert post(web, bad, sendable).status_code == 401
    assert tally(web.database) == states(accepted=2)
    assert post(web, body, headers).status_code == 204
    assert tally(web.database) == states(accepted=1, bounced=1)


def test_events_that_come_again_have_no_second_effect(sent: tuple[Web, UUID]) -> None:
    """F14, A15: the same body, and the same event in another."""
    web, id_ = sent
    body, headers = signed([bounce(id_), bounce(id_), 7, {"event": "open"}, {"event": "new thing", "sg_event_id": "e7"}])
    assert [post(web, body, headers).status_code for _time in range(5)] == [204] * 5
    again, again_headers = signed([bounce(id_)], at=NOW.timestamp() + 60)
    assert post(web, again, again_headers).status_code == 204
    assert tally(web.database) == states(accepted=1, bounced=1)
    with web.database.read() as session:
        assert session.get_one(Delivery, id_).reason == "hard: 5.1.1 550 user unknown"


def test_without_a_key_the_address_is_off(opened: Opened, make_web: Callable[..., Web]) -> None:
    web = make_web(opened(key=None))
    body, headers = signed([])
    assert post(web, body, headers).status_code == 404
    assert web.stranger().send("GET", HOOK).status_code in (404, 405)


@pytest.mark.parametrize(
    ("event", "state", "reason", "for_good"),
    [
        ({"event": "processed"}, "accepted", None, False),
        ({"event": "deferred"}, "uncertain", None, False),
        ({"event": "bounce", "type": "blocked", "status": "5.7.1", "reason": "550 frequency limited"}, "bounced", "soft", False),
        ({"event": "bounce", "type": "bounce", "bounce_classification": "Invalid Address", "reason": "?"}, "bounced", "hard", True),
        ({"event": "dropped", "reason": "Bounced Address"}, "bounced", "hard", True),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, "bounced", "soft", False),
        ({"event": "unsubscribe"}, "uncertain", None, False),
    ],
)
def test_what_each_event_means(sent: tuple[Web, UUID], event: dict[str, str], state: str, reason: str | None, for_good: bool) -> None:
    web, id_ = sent
    with web.database.write() as session:
        session.get_one(Delivery, id_).state = "uncertain"
    row = {"sg_event_id": "x1", "timestamp": int(NOW.timestamp()), "delivery": id_.hex, "email": "p0@example.com", **event}
    assert post(web, *signed([row])).status_code == 204
    with web.database.read() as session:
        found = session.get_one(Delivery, id_)
        assert (found.state, found.reason.partition(":")[0] if found.reason else None) == (state, reason)
    assert (barred(web.database, "p0@example.com") is not None) is for_good
