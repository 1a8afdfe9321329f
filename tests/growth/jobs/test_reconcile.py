"""Reconciling (faults F9, F11, F13): each period once, late within catch-up, else missed and told; any number of schedulers, any clock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from growth.alerts import alerts
from growth.db import Database
from growth.jobs import Catalogue
from growth.jobs.reconcile import reconcile
from tests.growth.jobs.plant import Plant, catalogue, job

DAY = timedelta(days=1)
THREE_WEEKS = [f"2026-11-{day}" for day in range(24, 31)] + [f"2026-12-{day:02}" for day in range(1, 13)]


@pytest.fixture
def plant(database: Database, now: datetime) -> Plant:
    """Daily at 10:00 and monthly on the 1st; `now` is 10:00 in Shanghai on Monday 23 November 2026."""
    return Plant(database, now, job("daily"), job("monthly", every="month", day="1", catch_up=timedelta(days=3)))


@pytest.fixture
def embedded_plant(embedded: Database, now: datetime) -> Plant:
    """The same on SQLite alone."""
    return Plant(embedded, now, job("daily"), job("monthly", every="month", day="1", catch_up=timedelta(days=3)))


def test_a_job_that_is_new_has_no_past(embedded_plant: Plant) -> None:
    embedded_plant.reconcile()
    assert embedded_plant.states() == []


def test_what_falls_due_is_entered_once(plant: Plant) -> None:
    plant.reconcile()
    plant.now += DAY
    assert plant.reconcile().due == 1
    assert plant.reconcile().due == 0
    assert plant.states() == [("daily", "2026-11-24", "due")]


@pytest.mark.parametrize(
    ("down", "due", "missed"),
    [
        (timedelta(hours=3), [], []),
        (timedelta(hours=27), ["2026-11-24"], []),
        (timedelta(days=3), ["2026-11-25", "2026-11-26"], ["2026-11-24"]),
        (timedelta(days=21), ["2026-12-13", "2026-12-14"], THREE_WEEKS),
    ],
)
def test_after_a_pause_late_runs_are_caught_up_or_told_as_missed(
    embedded_plant: Plant, down: timedelta, due: list[str], missed: list[str]
) -> None:
    embedded_plant.reconcile()
    embedded_plant.now += down
    embedded_plant.reconcile()
    daily = [(period, state) for name, period, state in embedded_plant.states() if name == "daily"]
    assert [period for period, state in daily if state == "due"] == due
    assert [period for period, state in daily if state == "missed"] == missed
    with embedded_plant.database.read() as session:
        told = {alert.dedupe: alert for alert in alerts(session)}
    assert ("job_missed:daily" in told) == bool(missed)
    if missed:
        assert told["job_missed:daily"].count == 1, "one alert however many periods"


def test_each_job_has_its_own_catch_up(embedded_plant: Plant) -> None:
    embedded_plant.now = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
    embedded_plant.reconcile()
    embedded_plant.now = datetime(2026, 12, 4, 1, 0, tzinfo=UTC)  # 09:00 on the 4th; the 1st at 10:00 is 71 hours ago
    embedded_plant.reconcile()
    assert ("monthly", "2026-12", "due") in embedded_plant.states()


def test_what_happens_once_is_caught_up_after_its_time_and_told_where_its_date_was_a_slip(database: Database, now: datetime) -> None:
    plant = Plant(database, now, job("late", every="once", day="2026-11-23", at="09:50"), job("slip", every="once", day="2025-12-01"))
    plant.reconcile()
    assert plant.states() == [("late", "once", "due"), ("slip", "once", "missed")]
    with database.read() as session:
        assert [alert.dedupe for alert in alerts(session)] == ["job_missed:slip"]


def test_a_due_run_that_nobody_takes_becomes_missed(plant: Plant) -> None:
    plant.reconcile()
    plant.now += DAY
    plant.reconcile()
    plant.now += timedelta(days=1, hours=1)
    assert plant.reconcile().missed == 1
    assert plant.states() == [("daily", "2026-11-24", "missed"), ("daily", "2026-11-25", "due")]


def test_a_clock_that_ran_a_month_ahead_and_came_back_loses_and_doubles_nothing(embedded_plant: Plant) -> None:
    embedded_plant.reconcile()
    right = embedded_plant.now
    embedded_plant.now = right + timedelta(days=31)
    embedded_plant.reconcile()
    worker = embedded_plant.worker()
    while embedded_plant.turn(worker):
        pass
    done_ahead = [period for name, period, state in embedded_plant.states() if state == "done" and name == "daily"]
    for hour in range(0, 24 * 32, 6):
        embedded_plant.now = right + timedelta(hours=hour)
        embedded_plant.reconcile()
        while embedded_plant.turn(worker):
            pass
    daily = [(period, state) for name, period, state in embedded_plant.states() if name == "daily"]
    assert [state for _period, state in daily] == ["done"] * 31
    assert daily[0][0] == "2026-11-24"
    runs = [line.split()[1] for line in embedded_plant.marks() if line.startswith("daily")]
    assert sorted(runs) == sorted(set(runs)), "no period ran twice"
    assert done_ahead == ["2026-12-23", "2026-12-24"]


def test_a_clock_that_is_an_hour_wrong_for_a_while_changes_nothing(embedded_plant: Plant) -> None:
    right = embedded_plant.now - timedelta(hours=2)
    for step, skew in enumerate([0, 1, 1, 0, -1, -1, 0, 1, 0, 0]):
        embedded_plant.now = right + timedelta(hours=step, minutes=30) + timedelta(hours=skew)
        embedded_plant.reconcile()
    assert embedded_plant.states() == [("daily", "2026-11-23", "due")]


def test_a_naive_time_is_refused(embedded_plant: Plant) -> None:
    with pytest.raises(ValueError, match="naive"):
        reconcile(embedded_plant.database, embedded_plant.catalogue, now=datetime(2026, 11, 23))


def test_any_number_of_schedulers_enter_each_run_once(plant: Plant, open_again: Callable[[Database], Database]) -> None:
    plant.reconcile()
    plant.now += timedelta(days=4)
    others = [open_again(plant.database) for _scheduler in range(3)]

    def beat(database: Database) -> int:
        found: Catalogue = catalogue(database, *plant.catalogue.jobs.values())
        done = reconcile(database, found, now=plant.now)
        return done.due + done.missed

    with ThreadPoolExecutor(4) as pool:
        entered = list(pool.map(beat, [plant.database, *others]))
    assert sum(entered) == 4
    assert len(plant.states()) == 4
    with plant.database.read() as session:
        assert [(alert.dedupe, alert.count) for alert in alerts(session)] == [("job_missed:daily", 1)]
