"""What tests of the ledger share: people, a mailing to them, a provider that keeps a log and can be told to misbehave."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from growth.contacts import Medium, PersonFacts, Purpose, Segment, Statement, contacts, segment_query
from growth.contacts.keeping import Known, keep_batch
from growth.db import Database
from growth.messaging import (
    Assignment,
    Capabilities,
    Claimed,
    DeliveryState,
    Feedback,
    Mail,
    MailingView,
    Message,
    Outcome,
    RawRequest,
    Receipt,
    Rules,
    SkipReason,
    counts,
    deliver,
    freeze,
    mailing_of,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STREAM, OCCURRENCE = "campaign:monthly", "2026-11"
MAILING = {"stream": STREAM, "occurrence": OCCURRENCE}
MARKETING = Rules(medium=Medium.EMAIL, purpose=Purpose.MARKETING)


def people(database: Database, count: int, *, domain: str = "example.com", consent: bool | None = True) -> list[str]:
    """`count` people with an e-mail; their addresses."""
    addresses = [f"p{number}@{domain}" for number in range(count)]
    said = Statement(medium=Medium.EMAIL, purpose=Purpose.MARKETING, granted=bool(consent), source="form", at=NOW)
    known = Known()
    for start in range(0, count, 500):
        batch = [
            PersonFacts(email=address, consents=() if consent is None else (said,), evidence="test")
            for address in addresses[start : start + 500]
        ]
        with database.write() as session:
            keep_batch(session, batch, now=NOW, known=known)
    return addresses


def frozen(database: Database, rules: Rules = MARKETING, **more: Any) -> MailingView:
    """The mailing to everybody, frozen."""
    return freeze(database, **MAILING, rules=rules, audience=everybody, now=NOW, **more)


def everybody(session: Session) -> Select[UUID]:
    return segment_query(session, Segment(), now=NOW)


def compose(session: Session, claimed: Sequence[Claimed]) -> Mapping[UUID, Message | SkipReason]:
    """One short mail each."""
    views = {view.id: view for view in contacts(session, [each.contact_id for each in claimed if each.contact_id])}
    made: dict[UUID, Message | SkipReason] = {}
    for each in claimed:
        view = views[each.contact_id] if each.contact_id else None
        assert view is not None
        assert view.email is not None
        mail = Mail(subject="广告：月报", text="你好", html="<p>你好</p>", sender="诚信贷 <news@example.com>")
        made[each.id] = Message(id=each.id, medium=Medium.EMAIL, to=view.email, content=mail)
    return made


def assignment(rules: Rules = MARKETING, **more: Any) -> Assignment:
    """How it is sent."""
    return Assignment(**MAILING, rules=rules, compose=more.pop("compose", compose), **more)


def send(database: Database, provider: object, *, patience: timedelta = timedelta(seconds=5), **more: Any) -> Outcome:
    """One sender, until its end. Time is the test's, advanced by real time."""
    begun = datetime.now(UTC)
    now = more.pop("now", lambda: NOW + (datetime.now(UTC) - begun))
    stop, by_hand = more.pop("should_stop", lambda: False), more.pop("by_hand", False)
    return deliver(database, assignment(**more), provider, now=now, should_stop=stop, patience=patience, by_hand=by_hand)


def tally(database: Database) -> dict[str, int]:
    """Counts by state, those that are none left out; together they are the recipients."""
    with database.read() as session:
        found = counts(session, **MAILING)
        view = mailing_of(session, **MAILING)
    assert view is not None
    assert sum(found.values()) == view.recipients
    return {str(state): count for state, count in found.items() if count}


def states(**wanted: int) -> dict[str, int]:
    """For comparing with `tally`."""
    assert all(DeliveryState(state) for state in wanted)
    return wanted


class Recorder:
    """A provider that remembers what it accepted, in the order of its calls. `behave` decides on one message; default: accept."""

    name = "recorder"

    def __init__(self, behave: Callable[[Message], Receipt] | None = None, *, max_batch: int = 32) -> None:
        self.capabilities = Capabilities(media=frozenset(Medium), max_batch=max_batch)
        self.accepted: list[str] = []
        self.calls = 0
        self.largest = 0
        self.before: Callable[[Sequence[Message]], None] = lambda _batch: None
        self._behave = behave or Receipt.accepted
        self._lock = threading.Lock()

    def send(self, batch: Sequence[Message]) -> Sequence[Receipt]:
        self.before(batch)
        with self._lock:
            self.calls += 1
            self.largest = max(self.largest, len(batch))
            receipts = [self._behave(message) for message in batch]
            by_id = {message.id: message for message in batch}
            self.accepted += [by_id[receipt.message_id].to for receipt in receipts if receipt.verdict == "accepted"]
            return receipts

    def read_feedback(self, request: RawRequest) -> Sequence[Feedback]:
        return []

    def close(self) -> None:
        """Nothing is open."""

    @property
    def twice(self) -> list[str]:
        """Who got it more than once."""
        return [address for address, count in Counter(self.accepted).items() if count > 1]
