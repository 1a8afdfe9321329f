"""What an engine said of each URL is kept, call by call, on each engine of the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from growth.db import Database
from growth.errors import ProviderError
from growth.language import Text
from seo.submission.engine import BatchAnswer, EngineMeta, Rejected
from seo.submission.push import candidates, push, pushed_counts, quota_left


@dataclass
class Scripted:
    """An engine that answers as it is told."""

    answers: list[Callable[[Sequence[str]], BatchAnswer]]
    asked: list[list[str]] = field(default_factory=list)
    meta: EngineMeta = field(default_factory=lambda: EngineMeta(id="scripted", title=Text("x", "x"), batch=3, source=""))

    def push(self, urls: Sequence[str]) -> BatchAnswer:
        self.asked.append(list(urls))
        return self.answers.pop(0)(urls)

    def quota(self) -> int | None:
        return None


def taken(urls: Sequence[str]) -> BatchAnswer:
    return BatchAnswer(accepted=tuple(urls))


def interrupted(_urls: Sequence[str]) -> BatchAnswer:
    raise KeyboardInterrupt


URLS = [f"https://www.example.com/{number}" for number in range(7)]


def test_an_interruption_loses_nothing_of_the_calls_before(database: Database, now: datetime) -> None:
    engine = Scripted([taken, interrupted])
    with pytest.raises(KeyboardInterrupt):
        push(database, engine, URLS, now=now)
    with database.read() as session:
        assert pushed_counts(session) == {"scripted": {"accepted": 3}}
        assert candidates(session, engine="scripted", urls=URLS, now=now) == URLS[3:]


def test_each_url_keeps_its_last_verdict_and_the_engine_its_last_quota(database: Database, now: datetime) -> None:
    def some(urls: Sequence[str]) -> BatchAnswer:
        rejected = (Rejected(url=urls[0], reason="not_valid"),)
        return BatchAnswer(accepted=(urls[1],), rejected=rejected, left=(urls[2],), quota_left=0, stop=True, message="over quota")

    push(database, Scripted([some]), URLS, now=now)
    with database.read() as session:
        assert pushed_counts(session) == {"scripted": {"accepted": 1, "rejected": 1, "left": 5}}
        assert quota_left(session, engine="scripted") == 0
        assert candidates(session, engine="scripted", urls=URLS, now=now) == URLS[2:]
    later = now + timedelta(days=1)
    push(database, Scripted([lambda urls: BatchAnswer(accepted=tuple(urls), quota_left=40), taken]), URLS[2:], now=later)
    with database.read() as session:
        assert pushed_counts(session) == {"scripted": {"accepted": 6, "rejected": 1}}
        assert quota_left(session, engine="scripted") == 40
        assert quota_left(session, engine="another") is None


def test_a_known_quota_bounds_the_next_call(database: Database, now: datetime) -> None:
    engine = Scripted(
        [
            lambda urls: BatchAnswer(accepted=tuple(urls), quota_left=2),
            lambda urls: BatchAnswer(accepted=tuple(urls), stop=True, quota_left=0),
        ]
    )
    result = push(database, engine, URLS, now=now)
    assert [len(asked) for asked in engine.asked] == [3, 2]
    assert (result.accepted, result.left, result.quota_left) == (5, 2, 0)


def test_a_passing_fault_in_the_middle_leaves_the_rest(database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_urls: Sequence[str]) -> BatchAnswer:
        raise ProviderError("no answer", fix="later")

    def busy(_urls: Sequence[str]) -> BatchAnswer:
        raise ProviderError("slow down", retry_after=timedelta(minutes=1))

    engine = Scripted([taken, down, down, down])
    result = push(database, engine, URLS, now=now)
    assert (result.accepted, result.left, result.fix, result.refused) == (3, 4, "later", False)
    assert len(engine.asked) == 4, "three tries of the second call"
    polite = Scripted([busy])
    assert push(database, polite, URLS, now=now).left == 7
    assert len(polite.asked) == 1, "an engine that names a time is not asked before it"
