"""Who gets no message, and why: consent, refusal, cap, erasure."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from growth.contacts import (
    Medium,
    Purpose,
    Statement,
    SuppressionReason,
    address_index,
    erase_contact,
    find_contact,
    record_consent,
    remember,
    suppress,
)
from growth.contacts.person import PersonFacts
from growth.db import Database
from growth.messaging import (
    Message,
    Rules,
    skipped,
)
from growth.workspace import Rate
from tests.growth.messaging.senders import MAILING, MARKETING, NOW, Recorder, frozen, people, send, states, tally


def refuse(database: Database, address: str) -> None:
    with database.write() as session:
        said = Statement(medium=Medium.EMAIL, purpose=Purpose.MARKETING, granted=False, source="link", at=NOW + timedelta(hours=1))
        record_consent(session, find_contact(session, address), said)


def test_who_may_not_be_written_to_is_left_out_with_the_reason(database: Database) -> None:
    people(database, 5)
    people(database, 2, domain="silent.example", consent=None)
    people(database, 1, domain="no.example", consent=False)
    with database.write() as session:
        remember(session, PersonFacts(phone="+8613800138000", evidence="test"), now=NOW)
        suppress(
            session,
            medium=Medium.EMAIL,
            address_index=address_index(session, Medium.EMAIL, "p0@example.com"),
            reason=SuppressionReason.COMPLAINT,
            at=NOW,
        )
    frozen(database)
    provider = Recorder()
    send(database, provider)
    assert sorted(provider.accepted) == ["p1@example.com", "p2@example.com", "p3@example.com", "p4@example.com"]
    assert tally(database) == states(accepted=4, skipped=5)
    with database.read() as session:
        assert {str(reason): count for reason, count in skipped(session, **MAILING).items()} == {
            "no_address": 1,
            "no_consent": 3,
            "suppressed": 1,
        }


def test_service_needs_no_consent_but_stops_at_a_refusal_of_its_own(database: Database) -> None:
    people(database, 3, consent=None)
    service = Rules(medium=Medium.EMAIL, purpose=Purpose.SERVICE)
    with database.write() as session:
        said = Statement(medium=Medium.EMAIL, purpose=Purpose.SERVICE, granted=False, source="form", at=NOW)
        record_consent(session, find_contact(session, "p0@example.com"), said)
    frozen(database, service)
    provider = Recorder()
    send(database, provider, rules=service)
    assert sorted(provider.accepted) == ["p1@example.com", "p2@example.com"]


def test_a_refusal_in_mid_send_works_before_the_next_hand_over(database: Database) -> None:
    people(database, 60)
    frozen(database)
    provider = Recorder(max_batch=10)

    def withdraw(batch: Sequence[Message]) -> None:
        if provider.calls == 1:
            for number in range(60):
                address = f"p{number}@example.com"
                if address not in provider.accepted and address not in [message.to for message in batch]:
                    refuse(database, address)

    provider.before = withdraw
    send(database, provider)
    # two batches were in the sender's hands: the first gone, the second looked at again before it goes
    assert len(provider.accepted) == 20
    assert tally(database) == states(accepted=20, skipped=40)


def test_the_frequency_cap_counts_over_all_campaigns(open_workspace: Callable[..., Database]) -> None:
    database = open_workspace("site: {url: https://www.example.com/}\nlimits: {frequency_cap: {email: 1 per 30 days}}\n")
    rules = Rules.of(database.workspace, medium=Medium.EMAIL, purpose=Purpose.MARKETING)
    people(database, 3)
    frozen(database, rules)
    send(database, Recorder(), rules=rules)
    from growth.messaging import freeze
    from tests.growth.messaging.senders import everybody

    soon, later = NOW + timedelta(days=29), NOW + timedelta(days=31)
    for occurrence, at, expected in (("2026-12", soon, {"cap": 3}), ("2027-01", later, {})):
        freeze(database, stream="campaign:other", occurrence=occurrence, rules=rules, audience=everybody, now=at)
        with database.read() as session:
            found = skipped(session, stream="campaign:other", occurrence=occurrence)
        assert {str(reason): count for reason, count in found.items()} == expected


def test_an_erased_or_changed_address_gets_nothing(database: Database) -> None:
    people(database, 3)
    frozen(database)
    with database.write() as session:
        erase_contact(session, find_contact(session, "p0@example.com"), now=NOW, actor="test", reason="asked")
        remember(session, PersonFacts(email="p1@example.com", phone="+8613800138000", evidence="test"), now=NOW)
        remember(session, PersonFacts(email="new@example.com", phone="+8613800138000", evidence="test"), now=NOW)
    provider = Recorder()
    send(database, provider)
    assert provider.accepted == ["p2@example.com"]
    with database.read() as session:
        assert {str(reason) for reason in skipped(session, **MAILING)} == {"erased", "address_changed"}


def test_marketing_rules_are_those_of_growth_yaml(open_workspace: Callable[..., Database]) -> None:
    database = open_workspace("site: {url: https://www.example.com/}\nlimits: {frequency_cap: {sms: 2 per 30 days}}\n")
    assert Rules.of(database.workspace, medium=Medium.SMS, purpose=Purpose.MARKETING).cap == Rate(2, timedelta(days=30))
    assert Rules.of(database.workspace, medium=Medium.SMS, purpose=Purpose.SERVICE).cap is None
    assert Rules.of(database.workspace, medium=Medium.EMAIL, purpose=Purpose.MARKETING) == MARKETING
