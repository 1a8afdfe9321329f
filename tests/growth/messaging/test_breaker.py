"""A provider that cannot be used is left alone by everybody, the team is told once, and the first success ends it (F6)."""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from growth.alerts import alerts
from growth.db import Database
from growth.errors import ProviderError
from growth.messaging import Ending, Message, Outcome, all_broken
from tests.growth.messaging.senders import NOW, Recorder, frozen, people, send, states, tally


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


class Down(Recorder):
    """Refuses every call while `fault` is set; remembers when it was called."""

    def __init__(self, clock: Clock, fault: ProviderError | None) -> None:
        super().__init__()
        self.clock, self.fault = clock, fault
        self.tried: list[datetime] = []

    def send(self, batch: Sequence[Message]) -> Sequence[object]:
        self.tried.append(self.clock.at)
        if self.fault is not None:
            raise self.fault
        return super().send(batch)


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["growth.messaging.deliver"], "PROVIDER_WAITS", (timedelta(), timedelta()))


def told(database: Database) -> list[tuple[str, int, bool]]:
    with database.read() as session:
        return [(each.kind, each.count, each.closed_at is None) for each in alerts(session, open_only=False)]


Sender = Callable[..., Outcome]


@pytest.mark.parametrize("permanent", [True, False], ids=["refused", "unreachable"])
def test_a_day_without_the_provider_is_a_few_tries_and_one_alert(database: Database, permanent: bool) -> None:
    people(database, 40)
    frozen(database)
    clock = Clock()
    provider = Down(clock, ProviderError("no such key", permanent=permanent))
    while clock.at < NOW + timedelta(days=1):
        outcome = send(database, provider, now=clock, patience=timedelta())
        assert outcome.ending is Ending.PROVIDER
        assert outcome.until is not None
        assert outcome.until > clock.at
        clock.at += timedelta(minutes=5)
    calls_a_try = 1 if permanent else 3
    assert len(provider.tried) <= 55 * calls_a_try
    turns = provider.tried[::calls_a_try]
    gaps = [later - sooner for sooner, later in pairwise(turns)]
    assert (gaps[0], max(gaps)) == (timedelta(minutes=5), timedelta(minutes=30))
    assert [(kind, lasts) for kind, _count, lasts in told(database)] == [("provider_down", True)]
    assert sum(tally(database)[state] for state in ("retrying", "pending") if state in tally(database)) == 40
    provider.fault = None
    clock.at += timedelta(hours=1)
    assert send(database, provider, now=clock).ending is Ending.FINISHED
    assert tally(database) == states(accepted=40)
    assert provider.twice == []
    assert [lasts for _kind, _count, lasts in told(database)] == [False]
    with database.read() as session:
        assert all_broken(session) == []


def test_another_sender_does_not_try_and_somebody_by_hand_does(database: Database) -> None:
    people(database, 3)
    frozen(database)
    clock = Clock()
    provider = Down(clock, ProviderError("no credit", permanent=True))
    send(database, provider, now=clock)
    outcome = send(database, provider, now=clock)
    assert (outcome.ending, str(outcome.fault), len(provider.tried)) == (Ending.PROVIDER, "no credit", 1)
    provider.fault = None
    clock.at += timedelta(seconds=20)
    assert send(database, provider, now=clock, by_hand=True).ending is Ending.FINISHED
    assert tally(database) == states(accepted=3)


def test_one_that_is_only_busy_is_waited_for_without_an_alert(database: Database) -> None:
    people(database, 1)
    frozen(database)
    clock = Clock()
    outcome = send(database, Down(clock, ProviderError("busy", permanent=True, retry_after=timedelta(minutes=7))), now=clock)
    assert outcome.until == NOW + timedelta(minutes=7)
    assert told(database) == []
