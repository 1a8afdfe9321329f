"""Faults of what providers report (F14–F16): in any order, while the database is held by somebody, at both engines."""

from __future__ import annotations

import itertools
import json
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from growth import clock
from growth.contacts import Medium, PersonFacts, Purpose, address_index, consent_of, find_contact, remember, suppression_of
from growth.db import Database
from growth.messaging import Feedback, FeedbackKind, apply_feedback
from growth.messaging.freezing import freeze_addresses
from growth.messaging.ledger import NewDelivery, submit
from growth.messaging.models import Delivery
from growth.messaging.settling import Settled, settle
from growth.messaging.state import DeliveryState
from growth.sandbox import Sandbox
from growth.sandbox.keys import SENDGRID_KEY, SENDGRID_PUBLIC_KEY
from growth.sandbox.sendgrid import SendGridBehaviour, Trouble
from tests.campaigns.desk import CHANNELS, SITE, Desk
from tests.forked import Starter, wait_until
from tests.growth.messaging.senders import MARKETING, NOW
from tests.growth.messaging.test_sendgrid import HOOK, signed
from tests.trust.office import NEWS, Office
from tests.trust.test_sending_survives import held_by_a_shell
from tests.web import Clock, Web

#: what may be said of one message, the sender's own answer among it
SAYINGS = [
    (FeedbackKind.ACCEPTED, ""),
    (FeedbackKind.DELIVERED, ""),
    (FeedbackKind.OPENED, ""),
    (FeedbackKind.SOFT_BOUNCE, "mailbox full"),
    (FeedbackKind.HARD_BOUNCE, "no such user"),
    (FeedbackKind.COMPLAINT, "abuse"),
    (FeedbackKind.REFUSED, ""),
    (None, "the sender's own answer"),
]
numbers = iter(range(10**6))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.sets(st.sampled_from(range(len(SAYINGS))), min_size=2), dice=st.randoms(use_true_random=False))
def test_whatever_order_news_comes_in_and_however_often_the_end_is_the_same(database: Database, chosen: set[int], dice: object) -> None:
    """F14, F15: a set of news in two orders, some of it twice."""
    order = sorted(chosen)
    other = order + order[:2]
    dice.shuffle(other)
    assert after(database, order) == after(database, other)


def after(database: Database, order: list[int]) -> tuple[object, ...]:
    """What is known of a message, and of its person, once all that was said."""
    name = f"q{next(numbers)}"
    address = f"{name}@example.com"
    with database.write() as session:
        contact_id = remember(session, PersonFacts(email=address, evidence="test"), now=NOW)
        row = NewDelivery(contact_id=contact_id, address_index=address_index(session, Medium.EMAIL, address))
    freeze_addresses(database, stream="s", occurrence=name, rules=MARKETING, recipients=[row], now=NOW)
    with database.write() as session:
        found = session.scalars(select(Delivery).where(Delivery.occurrence == name)).one()
        found.owner, id_ = "sender", found.id
        session.flush()
        submit(session, owner="sender", ids=[id_], provider="test", now=NOW)
    for number in order:
        kind, reason = SAYINGS[number]
        if kind is None:
            with database.write() as session:
                settle(session, [Settled(id=id_, state=DeliveryState.ACCEPTED)], owner="sender", now=NOW)
            continue
        told = Feedback(event=f"{name}-{number}", kind=kind, at=NOW + timedelta(minutes=number), message_id=id_.hex, reason=reason)
        apply_feedback(database, "test", [told], now=NOW + timedelta(hours=1))
    with database.read() as session:
        row_after = session.get_one(Delivery, id_)
        said = consent_of(session, contact_id, medium=Medium.EMAIL, purpose=Purpose.MARKETING)
        barred = suppression_of(session, medium=Medium.EMAIL, address_index=address_index(session, Medium.EMAIL, address))
        return (
            row_after.state,
            row_after.reason,
            row_after.opened_at,
            str(barred.reason) if barred else None,
            said.granted if said else None,
        )


SENDGRID = f"""{SITE}
email:
  from: 诚信贷 <news@example.com>
  sendgrid: {{api_key: '${{KEY}}', base_url: '{{url}}', webhook_public_key: '{SENDGRID_PUBLIC_KEY}', cross_border_consent: true}}
"""
SEGMENTS = "segments:\n  subscribers: {all: [{field: email, exists: true}]}\n  refused: {all: [{field: email_consent, is: false}]}\n"
#: what SendGrid tells of a mail, and how that ends whatever comes first: the state, and how many go there afterwards
ENDS = {
    "fine.example.com": (("delivered", "open", "deferred"), ("delivered", 1)),
    "gone.example.com": (("delivered", "open", "bounce"), ("bounced", 0)),
    "no.example.com": (("delivered", "unsubscribe", "open"), ("delivered", 1)),
}


@pytest.fixture
def sendgrid(
    open_workspace: Callable[..., Database], world: Sandbox, starter: Starter, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Office]:
    """An office that sends by SendGrid, which reports nothing by itself."""
    files = {"campaigns/monthly.yaml": NEWS, "channels.yaml": CHANNELS, "segments.yaml": SEGMENTS}
    database = open_workspace(SENDGRID.replace("{url}", world.url), files=files, env={"KEY": SENDGRID_KEY})
    yield Office(Desk(database, world, capsys), starter, tmp_path / "clock")
    world.mailbox.clear()
    world.sendgrid.behave_well()
    world.sendgrid.calls.clear()


def test_events_of_sendgrid_end_alike_in_every_order_before_its_answer_and_after(sendgrid: Office, make_web: Callable[..., Web]) -> None:
    """F15: a person for each order of each set of events. Those of the first mail come while its sender has no answer yet."""
    web = make_web(sendgrid.desk.database, clock=Clock(clock.now()))
    api = sendgrid.desk.sandbox.sendgrid
    api.behave(SendGridBehaviour(trouble=Trouble.DELAY, seconds=1.0, times=1))
    orders = {f"{number}@{domain}": order for domain in ENDS for number, order in enumerate(itertools.permutations(ENDS[domain][0]))}

    def tell(group: str, call: int) -> None:
        """Each person's events, one after the other, some twice."""
        people = {one["to"][0]["email"]: one["custom_args"]["delivery"] for one in api.calls[call]["personalizations"]}
        for turn in (0, 1, 2, 1):
            rows = [
                {
                    "event": order[turn],
                    "email": group + address,
                    "timestamp": int(web.clock().timestamp()) + turn,
                    "sg_event_id": f"{group}{address}{turn}",
                    "delivery": people[group + address],
                    **({"type": "bounce", "status": "5.1.1", "reason": "550 user unknown"} if order[turn] == "bounce" else {}),
                }
                for address, order in orders.items()
            ]
            body, headers = signed(rows, at=web.clock().timestamp())
            assert web.stranger().send("POST", HOOK, headers=headers, content=body).status_code == 204

    bring(sendgrid, [f"early{address}" for address in orders], "early.csv")
    sender = sendgrid.start("campaign", "send", "monthly", "--period", "2026-11")
    wait_until(lambda: api.calls or sender.ended, "a call of the sender")
    assert api.calls, sender.out + sender.err
    sender.signal(signal.SIGSTOP)
    tell("early", 0)
    sender.signal(signal.SIGCONT)
    assert sender.code == 0, sender.err
    bring(sendgrid, [f"late{address}" for address in orders], "late.csv")
    sendgrid.send(period="2026-12")
    tell("late", 1)
    before = sendgrid.got()
    sendgrid.send(period="2027-01")

    went = sendgrid.got() - before
    refused = sendgrid.desk.say("contacts", "list", "--segment", "refused", "--json")[1]
    for group, period in (("early", "2026-11"), ("late", "2026-12")):
        words = ("campaign", "deliveries", "monthly", "--period", period, "--unmask", "--reason", "test", "--jsonl")
        states = {row["address"]: row["state"] for row in sendgrid.desk.say(*words)[1]}
        for address in orders:
            end = (states[group + address], went[group + address])
            assert end == ENDS[address.partition("@")[2]][1], (group, orders[address])
    assert len(refused) == 2 * 6, "whoever said no, and nobody else"


def bring(office: Office, addresses: list[str], name: str) -> None:
    """Import people who agreed."""
    office.desk.bring("email,email_consent\n" + "".join(f"{address},yes\n" for address in addresses), name)


YAML = (
    "site: {url: https://www.example.com/}\nsms: {signature: 诚信贷, aliyun: {access_key_id: x, access_key_secret: '${ALIYUN_SECRET}'}}\n"
)
ROUTE = "/webhooks/sms/aliyun/s3cret-of-mine"
REPLY = [{"phone_number": "13800138000", "content": "退订", "send_time": "2026-11-23 09:59:00", "sequence_id": "77"}]


def test_a_report_that_comes_while_somebody_holds_the_database_is_refused_and_comes_again(
    open_workspace: Callable[..., Database], make_web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F16: 503, so that the provider tries again; once it hears 2xx, the refusal is there."""
    monkeypatch.setattr("growth.db.database.BUSY_SECONDS", 1)
    web = make_web(open_workspace(YAML, env={"ALIYUN_SECRET": "y", "SMS_WEBHOOK_SECRET": "s3cret-of-mine"}))
    with web.database.write() as session:
        remember(session, PersonFacts(phone="+8613800138000", evidence="test"), now=NOW - timedelta(days=1))

    def report() -> int:
        headers = {"content-type": "application/json"}
        return web.stranger().send("POST", ROUTE, content=json.dumps(REPLY).encode(), headers=headers).status_code

    def refused() -> bool:
        with web.database.read() as session:
            said = consent_of(session, find_contact(session, "13800138000"), medium=Medium.SMS, purpose=Purpose.MARKETING)
        return said is not None and not said.granted

    with held_by_a_shell(web.database, "feedback_seen"):
        assert report() == 503
    assert not refused()
    assert [report(), report()] == [200, 200]
    assert refused()
