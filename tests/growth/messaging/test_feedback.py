"""What providers report: once whatever comes twice, the same in any order, and only from whom it should."""

import itertools
import json
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from growth.contacts import (
    Medium,
    PersonFacts,
    Purpose,
    SuppressionReason,
    address_index,
    consent_of,
    find_contact,
    remember,
    suppress,
    suppression_of,
)
from growth.db import Database, DatabaseUnreachable
from growth.messaging import Feedback, FeedbackKind, Message, apply_feedback, mailing_of
from growth.messaging.freezing import freeze_addresses
from growth.messaging.ledger import NewDelivery
from growth.messaging.models import Delivery
from tests.growth.messaging.senders import MAILING, MARKETING, NOW, Recorder, frozen, people, send, states, tally
from tests.web import Web

LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def sent(database: Database) -> Database:
    """Three people got the mailing."""
    people(database, 3)
    frozen(database)
    send(database, Recorder())
    return database


def delivery(database: Database, address: str = "p0@example.com") -> Delivery:
    with database.read() as session:
        index = address_index(session, Medium.EMAIL, address)
        return session.scalars(select(Delivery).where(Delivery.address_index == index)).one()


def barred(database: Database, address: str = "p0@example.com", medium: Medium = Medium.EMAIL) -> str | None:
    with database.read() as session:
        found = suppression_of(session, medium=medium, address_index=address_index(session, medium, address))
        return str(found.reason) if found else None


def event(kind: FeedbackKind, id_: UUID, name: str = "e1", *, reason: str = "", minutes: int = 1) -> Feedback:
    return Feedback(event=name, kind=kind, at=NOW + timedelta(minutes=minutes), message_id=id_.hex, address="p0@example.com", reason=reason)


@pytest.mark.parametrize(
    ("kind", "state", "reason", "suppressed"),
    [
        (FeedbackKind.DELIVERED, "delivered", None, None),
        (FeedbackKind.SOFT_BOUNCE, "bounced", "soft: full", None),
        (FeedbackKind.HARD_BOUNCE, "bounced", "hard: full", "hard-bounce"),
        (FeedbackKind.COMPLAINT, "delivered", None, "complaint"),
        (FeedbackKind.OPENED, "accepted", None, None),
    ],
)
def test_each_kind_has_its_effect(sent: Database, kind: FeedbackKind, state: str, reason: str | None, suppressed: str | None) -> None:
    done = apply_feedback(sent, "test", [event(kind, delivery(sent).id, reason="full")], now=LATER)
    assert done.effects == {str(kind): 1}
    row = delivery(sent)
    assert row.state == state
    if reason or state == "delivered":
        assert row.reason == reason
    assert barred(sent) == suppressed
    assert (row.opened_at is not None) is (kind is FeedbackKind.OPENED)
    assert delivery(sent, "p1@example.com").state == "accepted"


def test_a_complaint_is_a_refusal_too(sent: Database) -> None:
    apply_feedback(sent, "test", [event(FeedbackKind.COMPLAINT, delivery(sent).id)], now=LATER)
    with sent.read() as session:
        said = consent_of(session, find_contact(session, "p0@example.com"), medium=Medium.EMAIL, purpose=Purpose.MARKETING)
    assert said is not None
    assert (said.granted, said.source) == (False, "complaint")


def test_the_same_event_has_one_effect_however_often_and_from_however_many(sent: Database) -> None:
    """F14."""
    told = event(FeedbackKind.HARD_BOUNCE, delivery(sent).id)
    results: list[int] = []

    def report() -> None:
        for _ in range(5):
            results.append(sum(apply_feedback(sent, "test", [told], now=LATER).effects.values()))

    threads = [threading.Thread(target=report) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0] * 19 + [1]
    assert tally(sent) == states(accepted=2, bounced=1)


def test_any_order_of_events_ends_in_the_same_state(database: Database) -> None:
    """F15: late, early and contradictory news."""
    kinds = [
        (FeedbackKind.DELIVERED, ""),
        (FeedbackKind.SOFT_BOUNCE, "mailbox full"),
        (FeedbackKind.HARD_BOUNCE, "no such user"),
        (FeedbackKind.HARD_BOUNCE, "disabled"),
        (FeedbackKind.COMPLAINT, "abuse"),
        (FeedbackKind.REFUSED, ""),
    ]
    orders = [order for order in itertools.permutations(range(len(kinds))) if order[0] < order[-1]][::24]
    ends = set()
    for number, order in enumerate(orders):
        address = f"q{number}@example.com"
        occurrence = f"o{number}"
        with database.write() as session:
            contact_id = remember(session, PersonFacts(email=address, evidence="test"), now=NOW)
            row = NewDelivery(contact_id=contact_id, address_index=address_index(session, Medium.EMAIL, address))
        freeze_addresses(database, stream="s", occurrence=occurrence, rules=MARKETING, recipients=[row], now=NOW)
        with database.write() as session:
            found = session.scalars(select(Delivery).where(Delivery.occurrence == occurrence)).one()
            found.state, found.submitted_at, id_ = "accepted", NOW, found.id
        for index in order:
            kind, reason = kinds[index]
            told = Feedback(event=f"{number}-{index}", kind=kind, at=NOW + timedelta(minutes=index), message_id=id_.hex, reason=reason)
            apply_feedback(database, "test", [told], now=LATER)
        with database.read() as session:
            after = session.get_one(Delivery, id_)
            said = consent_of(session, contact_id, medium=Medium.EMAIL, purpose=Purpose.MARKETING)
            ends.add((after.state, after.reason, barred(database, address) is not None, said is not None and said.granted))
    assert len(orders) > 10
    assert ends == {("bounced", "hard: no such user", True, False)}


def test_news_that_overtakes_the_senders_own_answer_stays(database: Database) -> None:
    people(database, 1)
    frozen(database)

    def overtake(batch: Sequence[Message]) -> None:
        apply_feedback(database, "test", [event(FeedbackKind.HARD_BOUNCE, message.id) for message in batch], now=LATER)

    provider = Recorder()
    provider.before = overtake
    send(database, provider)
    assert tally(database) == states(bounced=1)


def test_doubt_ends_with_a_report(sent: Database) -> None:
    with sent.write() as session:
        session.get_one(Delivery, delivery(sent).id).state = "uncertain"
    apply_feedback(sent, "test", [event(FeedbackKind.DELIVERED, delivery(sent).id)], now=LATER)
    assert tally(sent) == states(accepted=2, delivered=1)


def test_what_anybody_can_write_counts_only_where_something_was_sent(sent: Database) -> None:
    stranger = Feedback(event="x", kind=FeedbackKind.HARD_BOUNCE, at=LATER, address="victim@example.com")
    assert apply_feedback(sent, "mailbox", [stranger], now=LATER, proven=False).unknown == 1
    assert barred(sent, "victim@example.com") is None
    known = Feedback(event="y", kind=FeedbackKind.HARD_BOUNCE, at=LATER, address="P1@example.com")
    assert apply_feedback(sent, "mailbox", [known], now=LATER, proven=False).suppressed == 1
    assert barred(sent, "p1@example.com") == "hard-bounce"
    late = Feedback(event="z", kind=FeedbackKind.HARD_BOUNCE, at=LATER + timedelta(days=40), address="p2@example.com")
    assert apply_feedback(sent, "mailbox", [late], now=LATER + timedelta(days=40), proven=False).unknown == 1


def test_the_heaviest_reason_stays_in_whatever_order_they_come(database: Database) -> None:
    with database.write() as session:
        index = address_index(session, Medium.EMAIL, "a@x.cn")
        for reason in (
            SuppressionReason.REPLIED_STOP,
            SuppressionReason.HARD_BOUNCE,
            SuppressionReason.COMPLAINT,
            SuppressionReason.REFUSED,
            SuppressionReason.HARD_BOUNCE,
        ):
            suppress(session, medium=Medium.EMAIL, address_index=index, reason=reason, at=NOW)
    assert barred(database, "a@x.cn") == "complaint"


def test_too_many_complaints_stop_the_mailing(database: Database) -> None:
    people(database, 40)
    frozen(database)
    with database.write() as session:
        ids = list(session.scalars(select(Delivery.id).order_by(Delivery.id).limit(3)))
        for row in session.scalars(select(Delivery).where(Delivery.id.in_(ids))):
            row.state, row.submitted_at = "accepted", NOW
    for number, id_ in enumerate(ids):
        assert mailing(database) == "sending"
        told = Feedback(event=f"c{number}", kind=FeedbackKind.COMPLAINT, at=NOW, message_id=id_.hex)
        apply_feedback(database, "test", [told], now=LATER)
    assert mailing(database) == "paused"


def mailing(database: Database) -> str:
    with database.read() as session:
        view = mailing_of(session, **MAILING)
        assert view is not None
        return str(view.state)


SMS = "site: {url: https://www.example.com/}\nsms: {signature: 诚信贷, aliyun: {access_key_id: x, access_key_secret: '${ALIYUN_SECRET}'}}\n"
ROUTE = "/webhooks/sms/aliyun/s3cret-of-mine"


@pytest.fixture
def gateway(open_workspace: Callable[..., Database], make_web: Callable[..., Web]) -> Callable[..., Web]:
    def make(secret: str | None = "s3cret-of-mine") -> Web:
        env = {"ALIYUN_SECRET": "y"} | ({"SMS_WEBHOOK_SECRET": secret} if secret else {})
        return make_web(open_workspace(SMS, env=env))

    return make


def reply(content: str) -> bytes:
    row = {"phone_number": "13800138000", "content": content, "send_time": "2026-11-23 09:59:00", "sequence_id": "77"}
    return json.dumps([row]).encode()


def test_a_reply_that_refuses_is_kept_before_it_is_answered(gateway: Callable[..., Web]) -> None:
    web = gateway()
    with web.database.write() as session:
        id_ = remember(session, PersonFacts(phone="+8613800138000", evidence="test"), now=NOW - timedelta(days=1))
    for _ in range(3):
        answer = web.stranger().send("POST", ROUTE, content=reply("退订"))
        assert answer.status_code == 200
        assert answer.json()["code"] == 0
    with web.database.read() as session:
        said = consent_of(session, id_, medium=Medium.SMS, purpose=Purpose.MARKETING)
    assert said is not None
    assert (said.granted, said.source) == (False, "reply")


def test_a_refusal_of_a_number_that_no_contact_has_bars_the_number(gateway: Callable[..., Web]) -> None:
    web = gateway()
    web.stranger().send("POST", ROUTE, content=reply("你好"))
    assert barred(web.database, "+8613800138000", Medium.SMS) is None
    web.stranger().send("POST", ROUTE, content=reply(" TD "))
    assert barred(web.database, "+8613800138000", Medium.SMS) == "replied-stop"


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"\xff", b'[{"biz_id"'])
def test_a_body_that_is_no_report_is_not_taken(gateway: Callable[..., Web], body: bytes) -> None:
    assert gateway().stranger().send("POST", ROUTE, content=body).status_code == 401


def test_without_a_secret_the_address_is_off_and_with_another_nothing_is_stored(gateway: Callable[..., Web]) -> None:
    """A14."""
    assert gateway(None).stranger().send("POST", ROUTE, content=reply("TD")).status_code == 404
    assert gateway("").stranger().send("POST", "/webhooks/sms/aliyun/x", content=reply("TD")).status_code == 404
    web = gateway()
    for path, status in (
        ("/webhooks/sms/aliyun/other", 401),
        ("/webhooks/sms/aliyun/%C3%A9", 401),
        ("/webhooks/sms/tencent/s3cret-of-mine", 404),
    ):
        answer = web.stranger().send("POST", path, content=reply("TD"))
        assert answer.status_code == status, path
        assert answer.headers["content-type"].startswith("application/problem+json")
    assert barred(web.database, "+8613800138000", Medium.SMS) is None


def test_a_report_that_cannot_be_stored_is_not_said_to_be(gateway: Callable[..., Web], monkeypatch: pytest.MonkeyPatch) -> None:
    """F16: while somebody holds the database, the gateway hears 503 and comes again; what was answered with 2xx is there."""
    import sys

    web = gateway()
    body = reply("退订")
    broken = DatabaseUnreachable("the database is locked", fix="wait")

    def locked(*_arguments: object, **_more: object) -> None:
        raise broken

    module = sys.modules["growth.web.messaging"]
    with monkeypatch.context() as away:
        away.setattr(module, "apply_feedback", locked)
        assert web.stranger().send("POST", ROUTE, content=body, headers={"content-type": "application/json"}).status_code == 503
    assert web.stranger().send("POST", ROUTE, content=body, headers={"content-type": "application/json"}).status_code == 200
