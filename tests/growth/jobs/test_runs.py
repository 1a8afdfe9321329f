"""Runs: one worker a run, every end written down, faults tried again, what a job may do while it runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from growth.alerts import alerts
from growth.db import Database
from growth.jobs import AlreadyRun, Catalogue, NotRunning, RunState, UnknownJob, UnknownPeriod, ask, ask_to_stop, store
from tests.growth.jobs.plant import Plant, chore, job, wait_for

HOUR = timedelta(hours=1)


def asked(plant: Plant, name: str, *, key: str | None = None, argument: dict[str, object] | None = None) -> None:
    with plant.database.write() as session:
        ask(session, plant.catalogue, job=name, key=key, asked_by="ming", now=plant.now, argument=argument)


def test_a_due_run_is_done_and_its_line_kept(database: Database, now: datetime) -> None:
    plant = Plant(database, now, job("daily"))
    plant.reconcile()
    plant.now += timedelta(days=1)
    plant.reconcile()
    plant.turn(plant.worker())
    (run,) = plant.history()
    assert (run.state, run.line, run.attempts, run.started_at, run.finished_at) == (
        RunState.DONE,
        "marked 2026-11-24",
        1,
        plant.now,
        plant.now,
    )


def test_four_workers_do_each_run_once(database: Database, now: datetime) -> None:
    plant = Plant(database, now, *(job(f"job{n}", every=None) for n in range(12)))
    for n in range(12):
        asked(plant, f"job{n}", key="k")
    workers = [plant.worker() for _n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        while sum(pool.map(lambda worker: worker.turn(), workers)):
            pass
    assert all(worker.wait_idle(20) for worker in workers)
    assert sorted(line.split()[0] for line in plant.marks()) == sorted(f"job{n}" for n in range(12))
    assert {run.state for run in plant.history()} == {RunState.DONE}


def test_periods_of_one_job_run_one_after_the_other_in_order(database: Database, now: datetime) -> None:
    plant = Plant(database, now, job("daily", run="slow", catch_up=timedelta(days=9)))
    plant.reconcile()
    plant.now += timedelta(days=2)
    plant.reconcile()
    one, other = plant.worker(), plant.worker()
    assert (one.turn(), other.turn()) == (1, 0)
    assert one.wait_idle(20)
    assert other.turn() == 1
    assert other.wait_idle(20)
    assert [line.split()[1] for line in plant.marks()] == ["2026-11-24", "2026-11-25"]


def test_a_fault_that_may_pass_is_tried_again_when_the_service_wishes(embedded: Database, now: datetime) -> None:
    plant = Plant(embedded, now, job("passing", run="passing", every=None))
    asked(plant, "passing", key="k")
    worker = plant.worker()
    plant.turn(worker)
    assert plant.turn(worker) == 0
    assert [run.state for run in plant.history()] == [RunState.WAITING]
    plant.now += timedelta(minutes=29)
    assert plant.turn(worker) == 0, "the service asked for half an hour"
    for _again in range(2):
        plant.now += timedelta(minutes=31)
        plant.turn(worker)
    (run,) = plant.history()
    assert (run.state, run.line, run.attempts) == (RunState.DONE, "taken", 3)


def test_a_fault_that_does_not_pass_ends_after_five_tries_and_is_told(embedded: Database, now: datetime) -> None:
    plant = Plant(embedded, now, job("unreachable", run="unreachable", every=None))
    asked(plant, "unreachable", key="k")
    worker = plant.worker()
    tries = 0
    for _hour in range(8):
        tries += plant.turn(worker)
        plant.now += HOUR
    (run,) = plant.history()
    assert (run.state, tries) == (RunState.FAILED, 5)
    assert "growth jobs run unreachable" in str(run.error)
    with embedded.read() as session:
        assert [(alert.kind, alert.dedupe) for alert in alerts(session)] == [("job_failed", "job_failed:unreachable")]


@pytest.mark.parametrize(
    ("work", "words"), [("wrong", "campaigns/x.yaml:3:1: no template"), ("broken", "ValueError: cannot parse z***@qq.com")]
)
def test_wrong_settings_and_bugs_fail_at_once(embedded: Database, now: datetime, work: str, words: str) -> None:
    plant = Plant(embedded, now, job("bad", run=work, every=None), job("good", every=None))
    asked(plant, "bad", key="k")
    asked(plant, "good", key="k")
    plant.turn(plant.worker())
    found = {run.job: run for run in plant.history()}
    assert found["bad"].state == RunState.FAILED
    assert words in str(found["bad"].error)
    assert found["good"].state == RunState.DONE, "one job's fault is not another's"


def test_a_failed_run_gets_another_chance_and_settles_its_alert(database: Database, now: datetime) -> None:
    plant = Plant(database, now, job("daily", run="child_fails"))
    asked(plant, "daily")
    worker = plant.worker()
    plant.turn(worker)
    assert [run.state for run in plant.history()] == [RunState.FAILED]
    (database.workspace.root / "mended").touch()
    asked(plant, "daily")
    plant.turn(worker)
    assert [(run.state, run.line) for run in plant.history()] == [(RunState.DONE, "mended")]
    with database.read() as session:
        assert [alert.closed_at for alert in alerts(session)] == [plant.now]


def test_a_job_may_ask_for_another_go_without_having_failed(embedded: Database, now: datetime) -> None:
    plant = Plant(embedded, now, job("campaign", run="postponed", every=None))
    asked(plant, "campaign", key="k")
    worker = plant.worker()
    plant.turn(worker)
    assert [(run.state, run.line) for run in plant.history()] == [(RunState.WAITING, "outside the send window")]
    plant.now += timedelta(minutes=59)
    assert plant.turn(worker) == 0
    for _again in range(2):
        plant.now += HOUR
        plant.turn(worker)
    assert [(run.state, run.line) for run in plant.history()] == [(RunState.DONE, "sent")]


def test_what_a_job_tells_is_seen_while_it_runs(embedded: Database, now: datetime) -> None:
    plant = Plant(embedded, now, job("slow", run="slow", every=None))
    asked(plant, "slow", key="k")
    worker = plant.worker()
    worker.turn()
    assert wait_for(lambda: [run.progress for run in plant.history()] == ["counting"])
    assert worker.doing() == "slow k"
    assert worker.wait_idle(20)
    assert [run.progress for run in plant.history()] == [None]


def test_a_job_gets_what_its_asker_gave_along(embedded: Database, now: datetime) -> None:
    plant = Plant(embedded, now, job("import", run="told", every=None))
    asked(plant, "import", argument={"file": "联系人.csv"})
    plant.turn(plant.worker())
    (run,) = plant.history()
    assert run.line == "2026-11-23T02:00:00.000000Z {'file': '联系人.csv'}"


def test_a_run_that_somebody_stops_goes_on_only_when_it_is_asked_for(database: Database, now: datetime) -> None:
    plant = Plant(database, now, job("slow", run="slow", every=None))
    asked(plant, "slow", key="k")
    worker = plant.worker()
    worker.turn()
    assert wait_for(lambda: [run.progress for run in plant.history()] == ["counting"])
    with database.write() as session:
        ask_to_stop(session, job="slow", asked_by="ming")
    worker.turn()
    assert worker.wait_idle(20)
    (run,) = plant.history()
    assert (run.state, str(run.line)[:15]) == (RunState.STOPPED, "stopped by ming")
    plant.now += timedelta(days=2)
    assert plant.turn(worker) == 0
    with database.write() as session, pytest.raises(NotRunning):
        ask_to_stop(session, job="slow", asked_by="ming")
    asked(plant, "slow", key="k")
    plant.turn(worker)
    assert [run.state for run in plant.history()] == [RunState.DONE]


# --- asking


def test_a_period_that_is_done_is_not_done_again(database: Database, now: datetime) -> None:
    plant = Plant(database, now, job("daily"))
    asked(plant, "daily")
    plant.turn(plant.worker())
    with pytest.raises(AlreadyRun, match="2026-11-23"):
        asked(plant, "daily")
    asked(plant, "daily", key="2026-11-20")
    plant.turn(plant.worker())
    assert [line.split()[1] for line in plant.marks()] == ["2026-11-23", "2026-11-20"]
    plant.now -= timedelta(hours=1)
    plant.reconcile()
    plant.now += timedelta(hours=2)
    assert plant.reconcile().due == 0, "what was done by hand is not due any more"


def test_a_missed_run_is_run_by_hand(database: Database, now: datetime) -> None:
    plant = Plant(database, now, job("daily"))
    plant.reconcile()
    plant.now += timedelta(days=3)
    plant.reconcile()
    asked(plant, "daily", key="2026-11-24")
    plant.turn(plant.worker())
    with database.read() as session:
        run = store.find(session, job="daily", period="2026-11-24")
    assert run is not None
    assert run.state == RunState.DONE


@pytest.mark.parametrize(
    ("name", "key", "fault"), [("dayly", None, UnknownJob), ("daily", "2026-11", UnknownPeriod), ("daily", "soon", UnknownPeriod)]
)
def test_what_cannot_be_asked_for_is_refused(embedded: Database, now: datetime, name: str, key: str | None, fault: type[Exception]) -> None:
    plant = Plant(embedded, now, job("daily"))
    with pytest.raises(fault):
        asked(plant, name, key=key)
    assert plant.states() == []


# --- chores


def test_a_chore_is_done_again_and_again_by_one_worker_at_a_time(database: Database, now: datetime) -> None:
    from growth.jobs.chores import add_chores, chore_states

    plant = Plant(database, now, chore("sweep"), chore("dusty", run="broken_sweep"))
    with database.write() as session:
        add_chores(session, names=plant.catalogue.chores, now=now)
    one, other = plant.worker(), plant.worker()
    assert plant.turn(one, other) == 2
    assert plant.turn(one, other) == 0
    plant.now += timedelta(seconds=11)
    assert plant.turn(one, other) == 2, "a chore with a bug gets its next turn all the same"
    assert plant.marks() == ["sweep", "sweep"]
    with database.read() as session:
        states = chore_states(session)
    assert (states["sweep"].line, states["sweep"].error) == ("swept", None)
    assert states["dusty"].error == "ZeroDivisionError: dust"


def test_two_jobs_of_one_name_are_refused(embedded: Database) -> None:
    from dataclasses import replace

    from growth.app import App
    from growth.jobs import DuplicateJob, read_catalogue
    from growth.language import Text

    twice = App(name="twin", title=Text("", ""), jobs=("tests.growth.jobs.work:offered", "tests.growth.jobs.work:offered"))
    with pytest.raises(DuplicateJob, match="“offered”"):
        read_catalogue(replace(embedded.workspace, apps=(twice,)))
    alone = App(name="twin", title=Text("", ""), jobs=("tests.growth.jobs.work:offered",))
    found: Catalogue = read_catalogue(replace(embedded.workspace, apps=(alone,)))
    assert set(found.jobs) == {"offered"}
