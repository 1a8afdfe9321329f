"""The life of a placement: every possible step is dated with its evidence, every other one is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest

from growth.db import Database
from growth.placements import PlacementState, UnknownPlacement, WrongStep, history, move, placement, placements
from growth.placements.keep import sync
from growth.placements.life import STEPS
from tests.growth.placements.conftest import declare

ONE = "placements:\n  - {id: one, channel: partner, kind: partner-link}\n"
#: steps that lead to a state from the first one
WAYS: dict[PlacementState, tuple[PlacementState, ...]] = {
    PlacementState.PLANNED: (),
    PlacementState.PREPARED: (PlacementState.PREPARED,),
    PlacementState.SUBMITTED: (PlacementState.SUBMITTED,),
    PlacementState.LIVE: (PlacementState.LIVE,),
    PlacementState.CHANGED: (PlacementState.LIVE, PlacementState.CHANGED),
    PlacementState.LOST: (PlacementState.LIVE, PlacementState.LOST),
    PlacementState.REFUSED: (PlacementState.SUBMITTED, PlacementState.REFUSED),
    PlacementState.EXPIRED: (PlacementState.EXPIRED,),
}


@pytest.fixture
def database_url() -> None:
    """The rules of a life are the same on each engine."""
    return


def test_every_step_that_is_not_possible_is_refused_and_changes_nothing(placed: Callable[[str], Database], now: datetime) -> None:
    ids = {(before, after): f"{before}-{after}" for before, after in product(PlacementState, repeat=2)}
    entries = "".join(f"  - {{id: {id}, channel: partner, kind: partner-link}}\n" for id in ids.values())
    database = placed(f"placements:\n{entries}")
    sync(database, now=now)
    for (before, after), id in ids.items():
        with database.write() as session:
            for state in WAYS[before]:
                move(session, id=id, to=state, at=now, evidence="arranged", actor="test")
        refused = _tried(database, id, after, at=now + timedelta(days=1))
        with database.read() as session:
            view = placement(session, id=id)
            steps = history(session, id=id)
        assert view is not None
        if after in STEPS[before]:
            assert (refused, view.state, steps[-1].evidence) == (None, after, "tried"), f"{before} → {after}"
        else:
            assert refused is not None, f"{before} → {after}"
            assert all(str(state) in str(refused.fix) for state in STEPS[before])
            assert (view.state, len(steps)) == (before, len(WAYS[before])), f"{before} → {after}"


def _tried(database: Database, id: str, to: PlacementState, *, at: datetime) -> WrongStep | None:
    try:
        with database.write() as session:
            move(session, id=id, to=to, at=at, evidence="tried", actor="test")
    except WrongStep as refused:
        return refused
    return None


def test_nobody_leaves_a_life_by_a_step_that_the_contract_does_not_know() -> None:
    assert set(STEPS) == set(PlacementState)
    assert PlacementState.PLANNED not in {state for states in STEPS.values() for state in states}
    for state in (PlacementState.LOST, PlacementState.REFUSED, PlacementState.EXPIRED):
        assert PlacementState.PREPARED in STEPS[state], "one may start again"


def test_a_step_keeps_who_when_and_what_proves_it(placed: Callable[[str], Database], now: datetime) -> None:
    database = placed(ONE)
    sync(database, now=now)
    with database.write() as session:
        move(session, id="one", to=PlacementState.SUBMITTED, at=now, evidence="工单 1234", actor="user:ming")
        move(session, id="one", to=PlacementState.SUBMITTED, at=now + timedelta(hours=1), evidence="x" * 5000, actor="user:ming")
    with database.read() as session:
        first, second = history(session, id="one")
        view = placement(session, id="one")
    assert (first.at, first.state, first.evidence, first.actor) == (now, "submitted", "工单 1234", "user:ming")
    assert len(second.evidence) == 2000
    assert view is not None
    assert view.since == now, "a second note of the same state does not make it younger"


def test_a_placement_that_is_not_there_is_named(database: Database, now: datetime) -> None:
    with database.write() as session, pytest.raises(UnknownPlacement, match="nowhere"):
        move(session, id="nowhere", to=PlacementState.LIVE, at=now, evidence="", actor="test")
    with database.read() as session:
        assert placement(session, id="nowhere") is None
        assert placements(session) == []


def test_what_is_over_expires_and_comes_back_when_it_is_made_longer(placed: Callable[[str], Database], now: datetime) -> None:
    def until(day: str) -> str:
        return f"placements:\n  - {{id: one, channel: partner, kind: poster, until: {day}}}\n"

    database = placed(until("2026-11-23"))
    sync(database, now=now)
    assert _state(database) is PlacementState.PLANNED, "its last day counts"
    sync(database, now=now + timedelta(days=1))
    assert _state(database) is PlacementState.EXPIRED
    sync(database, now=now + timedelta(days=2))
    with database.read() as session:
        assert [step.state for step in history(session, id="one")] == ["expired"], "once"
    declare(database, until("2026-12-31"))
    sync(database, now=now + timedelta(days=3))
    assert _state(database) is PlacementState.SUBMITTED


def test_what_a_person_called_over_stays_so(placed: Callable[[str], Database], now: datetime) -> None:
    database = placed(ONE)
    sync(database, now=now)
    with database.write() as session:
        move(session, id="one", to=PlacementState.EXPIRED, at=now, evidence="the campaign was stopped", actor="user:ming")
    sync(database, now=now)
    assert _state(database) is PlacementState.EXPIRED


def _state(database: Database) -> PlacementState:
    with database.read() as session:
        view = placement(session, id="one")
    assert view is not None
    return view.state
