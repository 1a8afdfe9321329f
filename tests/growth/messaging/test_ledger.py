"""The ledger: nobody twice, nobody lost, every doubt listed."""

import threading
import time as moment
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.contacts import (
    Medium,
    Purpose,
    address_index,
    contact,
    find_contact,
)
from growth.db import Database
from growth.db.claim import Unclaimed
from growth.errors import GrowthError, ProviderError
from growth.messaging import (
    Ending,
    MailingStands,
    Message,
    Receipt,
    Rules,
    SkipReason,
    cancel_mailing,
    freeze_addresses,
    freezing,
    mailing_of,
    pause_mailing,
    resume_mailing,
    retry_mailing,
)
from growth.messaging.ledger import LEASE, Claimed, NewDelivery, claim_deliveries, owners, submit
from growth.messaging.models import Delivery
from growth.workspace import Rate, Window
from tests.growth.messaging.senders import MAILING, NOW, Recorder, assignment, compose, frozen, people, send, states, tally


def test_everybody_gets_one_message_and_the_mailing_is_finished(database: Database) -> None:
    addresses = people(database, 70)
    assert frozen(database).recipients == 70
    provider = Recorder()
    assert send(database, provider).ending is Ending.FINISHED
    assert sorted(provider.accepted) == sorted(addresses)
    assert provider.largest <= 32
    assert tally(database) == states(accepted=70)
    with database.read() as session:
        view = mailing_of(session, **MAILING)
        assert view is not None
        assert (view.state, view.finished_at is not None) == ("finished", True)
        assert contact(session, find_contact(session, addresses[0])).last_sent is not None


def test_a_second_send_sends_nothing(database: Database) -> None:
    people(database, 10)
    frozen(database)
    provider = Recorder()
    send(database, provider)
    frozen(database)
    assert send(database, provider).ending is Ending.FINISHED
    assert len(provider.accepted) == 10


def test_later_is_tried_again_and_never_is_not(database: Database) -> None:
    people(database, 4)
    frozen(database)
    seen: list[str] = []

    def behave(message: Message) -> Receipt:
        first = message.to not in seen
        seen.append(message.to)
        if message.to.startswith("p0"):
            return Receipt.refused(message, "550 no such user")
        if message.to.startswith("p1") and first:
            return Receipt.later(message, "451 try later")
        return Receipt.accepted(message)

    provider = Recorder(behave)
    assert send(database, provider, patience=timedelta(seconds=8)).ending is Ending.FINISHED
    assert tally(database) == states(accepted=3, rejected=1)
    assert seen.count("p1@example.com") == 2
    with database.write() as session:
        assert retry_mailing(session, **MAILING, now=NOW) == 1
    send(database, provider)
    assert seen.count("p0@example.com") == 2
    assert provider.twice == []


def test_what_is_due_later_than_one_waits_is_said(database: Database) -> None:
    people(database, 2)
    frozen(database)
    provider = Recorder(lambda message: Receipt.later(message, "421 busy", timedelta(hours=1)))
    outcome = send(database, provider)
    assert outcome.ending is Ending.WAITING
    assert outcome.until is not None
    assert outcome.until > NOW + timedelta(minutes=59)
    assert tally(database) == states(retrying=2)


@pytest.mark.parametrize("resend", [False, True])
def test_a_message_without_an_answer_is_uncertain_or_by_policy_sent_again(database: Database, resend: bool) -> None:
    people(database, 3)
    frozen(database)
    unanswered: list[str] = []

    def behave(message: Message) -> Receipt:
        if message.to.startswith("p1") and not unanswered:
            unanswered.append(message.to)
            return Receipt.unknown(message, "connection lost after the final dot")
        return Receipt.accepted(message)

    provider = Recorder(behave)
    assert send(database, provider, resend=resend).ending is Ending.FINISHED
    assert tally(database) == (states(accepted=3) if resend else states(accepted=2, uncertain=1))


def test_a_provider_that_breaks_leaves_its_batch_in_doubt_and_no_more(database: Database) -> None:
    people(database, 25)
    frozen(database)

    def explode(message: Message) -> Receipt:
        raise ValueError("a bug")

    provider = Recorder(explode, max_batch=10)
    assert send(database, provider).ending is Ending.FINISHED
    assert tally(database) == states(uncertain=25)


def test_a_provider_that_cannot_be_used_gets_nothing_and_nothing_is_lost(database: Database) -> None:
    people(database, 5)
    frozen(database)
    provider = Recorder()

    def down(_batch: Sequence[Message]) -> None:
        raise ProviderError("cannot be reached", permanent=True, fix="start it")

    provider.before = down
    outcome = send(database, provider)
    assert outcome.ending is Ending.PROVIDER
    assert outcome.fault is not None
    assert tally(database) == states(retrying=5)
    provider.before = lambda _batch: None
    assert send(database, provider, by_hand=True).ending is Ending.FINISHED
    assert tally(database) == states(accepted=5)
    assert provider.twice == []


def test_two_senders_at_once_share_the_work(database: Database) -> None:
    addresses = people(database, 200)
    frozen(database)
    provider = Recorder(max_batch=8)
    senders = [threading.Thread(target=send, args=(database, provider)) for _number in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(timeout=60)
    assert sorted(provider.accepted) == sorted(addresses)
    assert tally(database) == states(accepted=200)


def test_a_dead_senders_claims_go_on_and_its_submissions_are_uncertain(database: Database) -> None:
    people(database, 6)
    frozen(database)
    gone = "another-machine:1:1:x"
    with database.write() as session:
        claimed = claim_deliveries(session, **MAILING, owner=gone, now=NOW, limit=4)
        submit(session, owner=gone, ids=[each.id for each in claimed[:2]], provider="recorder", now=NOW)
    provider = Recorder()
    later = NOW + LEASE + timedelta(seconds=1)
    assert send(database, provider, now=lambda: later).ending is Ending.FINISHED
    assert tally(database) == states(accepted=4, uncertain=2)
    assert len(provider.accepted) == 4


def test_a_living_senders_rows_are_left_alone_until_its_lease_ends(database: Database) -> None:
    people(database, 3)
    frozen(database)
    with database.write() as session:
        claim_deliveries(session, **MAILING, owner="another-machine:1:1:x", now=NOW, limit=2)
    provider = Recorder()
    outcome = send(database, provider, patience=timedelta(seconds=1), now=lambda: NOW + timedelta(seconds=1))
    assert outcome.ending is Ending.WAITING
    assert tally(database) == states(accepted=1, pending=2)


def test_pause_resume_and_cancel(database: Database) -> None:
    people(database, 30)
    frozen(database)
    provider = Recorder(max_batch=10)

    def pause(_batch: Sequence[Message]) -> None:
        if provider.calls == 0:
            with database.write() as session:
                pause_mailing(session, **MAILING, reason="look first", now=NOW)

    provider.before = pause
    assert send(database, provider).ending is Ending.PAUSED
    assert tally(database) == states(accepted=10, pending=20)
    assert send(database, provider).ending is Ending.PAUSED
    with database.write() as session:
        resume_mailing(session, **MAILING, now=NOW)
        with pytest.raises(MailingStands):
            resume_mailing(session, **MAILING, now=NOW)
        assert cancel_mailing(session, **MAILING, reason="wrong text", now=NOW) == 20
    assert send(database, provider).ending is Ending.CANCELLED
    assert tally(database) == states(accepted=10, skipped=20)
    assert len(provider.accepted) == 10


def test_a_stop_finishes_the_batch_in_hand_and_lets_go_of_the_next(database: Database) -> None:
    people(database, 30)
    frozen(database)
    provider = Recorder(max_batch=10)
    assert send(database, provider, should_stop=lambda: provider.calls > 0).ending is Ending.STOPPED
    found = tally(database)
    assert found["accepted"] + found["pending"] == 30
    assert found["accepted"] >= 10
    assert send(database, provider).ending is Ending.FINISHED
    assert provider.twice == []


def test_a_stopped_sender_holds_nothing_of_all_it_took_up(database: Database) -> None:
    people(database, 150)
    frozen(database)
    provider = Recorder(max_batch=8)
    assert send(database, provider, should_stop=lambda: provider.calls > 5).ending is Ending.STOPPED
    with database.read() as session:
        assert owners(session, **MAILING) == {}
    assert send(database, provider).ending is Ending.FINISHED
    assert provider.twice == []
    assert tally(database) == states(accepted=150)


def test_a_text_that_breaks_on_the_way_leaves_no_doubt(database: Database) -> None:
    """What is at the provider is written down before the error is raised."""
    people(database, 30)
    frozen(database)
    provider = Recorder(max_batch=10)

    def broken(session: Session, claimed: Sequence[Claimed]) -> Mapping[UUID, Message | SkipReason]:
        if provider.calls:
            raise GrowthError("name is missing", fix="write it")
        return compose(session, claimed)

    with pytest.raises(GrowthError, match="name is missing"):
        send(database, provider, compose=broken)
    assert set(tally(database)) <= {"accepted", "pending"}
    assert send(database, provider).ending is Ending.FINISHED
    assert tally(database) == states(accepted=30)
    assert provider.twice == []


def test_hours_are_kept(database: Database) -> None:
    people(database, 1)
    frozen(database)
    # NOW is 10:00 in Shanghai
    outcome = send(database, Recorder(), window=Window(time(11, 0), time(20, 0)))
    assert (outcome.ending, outcome.until) == (Ending.CLOSED, NOW + timedelta(hours=1))
    outcome = send(database, Recorder(), quiet=Window(time(21, 0), time(10, 30)))
    assert (outcome.ending, outcome.until) == (Ending.CLOSED, NOW + timedelta(minutes=30))
    assert tally(database) == states(pending=1)
    assert (
        send(database, Recorder(), window=Window(time(9, 0), time(20, 0)), quiet=Window(time(21, 0), time(8, 0))).ending is Ending.FINISHED
    )


def test_a_rate_holds_over_all_senders_and_restarts(database: Database) -> None:
    people(database, 30)
    frozen(database)
    provider = Recorder()
    moment = [NOW]

    def now() -> datetime:
        return moment[0]

    for second in range(4):
        outcome = send(database, provider, rate=Rate(5, timedelta(seconds=1)), now=now, patience=timedelta())
        assert outcome.ending is Ending.WAITING
        assert len(provider.accepted) == 5 * (second + 1)
        moment[0] += timedelta(seconds=1)


def test_a_domain_has_a_pace_of_its_own_and_holds_up_no_other(database: Database) -> None:
    people(database, 20, domain="qq.com")
    people(database, 20, domain="example.com")
    frozen(database)
    provider = Recorder()
    outcome = send(database, provider, domain_rates={"qq.com": Rate(2, timedelta(minutes=1))}, patience=timedelta(), now=lambda: NOW)
    assert outcome.ending is Ending.WAITING
    assert outcome.until is not None
    assert outcome.until > NOW
    assert sum(address.endswith("@qq.com") for address in provider.accepted) == 1
    assert sum(address.endswith("@example.com") for address in provider.accepted) == 20


def test_nothing_leaves_a_copied_database(database: Database) -> None:
    from sqlalchemy import update

    from growth.db.models import Installation

    people(database, 1)
    frozen(database)
    with database.write() as session:
        session.execute(update(Installation).values(fingerprint="of another"))
    provider = Recorder()
    with pytest.raises(Unclaimed):
        send(database, provider)
    assert provider.calls == 0


@pytest.mark.parametrize("variant_of", [None, lambda _id: "b"], ids=["one-wording", "variants"])
def test_a_freeze_that_was_cut_off_is_done_again_and_writes_nobody_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch, variant_of: Callable[[UUID], str | None] | None
) -> None:
    people(database, 30)
    monkeypatch.setattr(freezing, "PAGE", 10)
    calls: list[object] = []

    def cut_off(verb: object) -> None:
        calls.append(verb)
        if len(calls) == 2:
            raise KeyboardInterrupt

    # where all is one transaction, the second is that which says that it is done
    with monkeypatch.context() as patch:
        patch.setattr(freezing, "insert_raw", _watched(freezing.insert_raw, cut_off))
        patch.setattr(freezing, "_write_there", _watched(freezing._write_there, cut_off))
        patch.setattr(freezing, "_frozen", _watched(freezing._frozen, cut_off))
        with pytest.raises(KeyboardInterrupt):
            frozen(database, variant_of=variant_of)
    assert frozen(database, variant_of=variant_of).recipients == 30
    assert tally(database) == states(pending=30)
    with database.read() as session:
        rows = session.scalars(select(Delivery)).all()
    assert {row.variant for row in rows} == {None if variant_of is None else "b"}
    assert {row.id.version for row in rows} == {7}
    assert all(abs((row.id.int >> 80) / 1000 - moment.time()) < 3600 for row in rows)


def _watched(verb: Callable[..., Any], watch: Callable[[Any], None]) -> Callable[..., Any]:
    """`verb`, and before each call of it `watch`."""

    def called(*arguments: Any, **more: Any) -> Any:
        watch(verb)
        return verb(*arguments, **more)

    return called


def test_addresses_that_are_no_contacts_are_sealed(database: Database) -> None:
    rules = Rules(medium=Medium.EMAIL, purpose=Purpose.STAFF)
    with database.read() as session:
        index = address_index(session, Medium.EMAIL, "ops@example.com")
    rows = [NewDelivery(contact_id=None, address_index=index, address="ops@example.com")]
    view = freeze_addresses(database, **MAILING, rules=rules, recipients=rows, now=NOW)
    assert view.recipients == 1
    with database.read() as session:
        sealed = session.scalars(select(Delivery.address)).one()
    assert sealed is not None
    assert b"ops@example.com" not in sealed
    assert assignment(rules).rules is rules
