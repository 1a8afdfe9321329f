"""A sender dies at every point at which it can: before and after each commit, and in the hands of the provider."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from growth.db import Database
from growth.messaging import Ending, Message
from growth.messaging.ledger import LEASE
from growth.messaging.models import Delivery, Mailing
from tests.growth.messaging.senders import NOW, Recorder, frozen, people, send, tally


class Died(BaseException):
    """The process is gone: nothing after it runs, not even a handler of errors."""


class Mortal:
    """A database whose user dies at the nth write: `after` the commit, or before it."""

    def __init__(self, database: Database, nth: int, *, after: bool) -> None:
        self._database = database
        self._left = nth
        self._after = after
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @contextmanager
    def write(self) -> Iterator[Session]:
        if self.dead:
            raise Died
        self._left -= 1
        if self._left == 0 and not self._after:
            self.dead = True
            with pytest.raises(Died), self._database.write() as session:
                yield session
                raise Died
            raise Died
        with self._database.write() as session:
            yield session
        if self._left == 0:
            self.dead = True
            raise Died


def once_leases_are_over() -> datetime:
    return NOW + 2 * LEASE


def judge(database: Database, provider: Recorder, addresses: list[str], *, in_doubt: int) -> None:
    """Nobody twice, nobody lost, every doubt listed, and no more doubts than were in flight."""
    found = tally(database)
    assert provider.twice == []
    assert set(found) <= {"accepted", "uncertain"}
    assert found.get("accepted", 0) + found.get("uncertain", 0) == len(addresses)
    assert found.get("uncertain", 0) <= in_doubt
    # who is accepted got it; who is in doubt may or may not
    assert found.get("accepted", 0) <= len(provider.accepted) <= len(addresses)


@pytest.mark.parametrize("after", [False, True], ids=["before-the-commit", "after-the-commit"])
def test_a_sender_that_dies_at_any_write_loses_and_repeats_nothing(database: Database, after: bool) -> None:
    addresses = people(database, 24)
    died = 0
    for nth in range(1, 40):
        with database.write() as session:
            session.execute(delete(Delivery))
            session.execute(delete(Mailing))
        frozen(database)
        provider = Recorder(max_batch=8)
        mortal = Mortal(database, nth, after=after)
        try:
            # it does what a database does, until it dies
            send(mortal, provider, patience=timedelta(), now=lambda: NOW)
        except Died:
            died += 1
        assert send(database, provider, now=once_leases_are_over).ending is Ending.FINISHED
        judge(database, provider, addresses, in_doubt=8 if mortal.dead else 0)
        if not mortal.dead:
            break
    assert died >= 5


@pytest.mark.parametrize("taken", [0, 3, 8])
def test_a_sender_that_dies_within_the_provider_leaves_its_batch_in_doubt(database: Database, taken: int) -> None:
    addresses = people(database, 24)
    frozen(database)
    provider = Recorder(max_batch=8)

    def die(batch: Sequence[Message]) -> None:
        if provider.calls == 1:
            provider.accepted += [message.to for message in batch[:taken]]
            raise Died

    provider.before = die
    with pytest.raises(Died):
        send(database, provider, now=lambda: NOW)
    provider.before = lambda _batch: None
    assert send(database, provider, now=once_leases_are_over).ending is Ending.FINISHED
    judge(database, provider, addresses, in_doubt=8)
    assert tally(database)["uncertain"] == 8


def test_a_clock_that_jumps_repeats_nothing(database: Database) -> None:
    addresses = people(database, 40)
    frozen(database)
    provider = Recorder(max_batch=8)
    begun = datetime.now(UTC)

    def jumping() -> datetime:
        jump = timedelta(hours=[0, 1, -1, 720, -720][provider.calls % 5])
        return NOW + jump + (datetime.now(UTC) - begun)

    for _turn in range(20):
        if send(database, provider, now=jumping, patience=timedelta(seconds=1)).ending is Ending.FINISHED:
            break
    judge(database, provider, addresses, in_doubt=0)
