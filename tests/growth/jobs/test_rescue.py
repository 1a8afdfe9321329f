"""Dead work is taken up again; work that lives is not taken from anybody, whatever the clock does (faults F1, F9, F11)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from growth.db import Database
from growth.jobs import RunState, ask, processes
from growth.jobs import rescue as rescue_module
from growth.jobs.heart import Heart
from growth.jobs.identity import Identity, is_dead, this_process
from growth.jobs.inprocess import InProcess
from growth.jobs.rescue import Rescue
from growth.jobs.store import LEASE, claim, claimable
from tests.growth.jobs.plant import Plant, job, wait_for
from tests.growth.jobs.plugin import Probe, environment, plug


def claimed_by(plant: Plant, who: Identity, name: str = "work") -> None:
    """A run that `who` has begun."""
    with plant.database.write() as session:
        processes.enter(session, who=who, now=plant.now)
        ask(session, plant.catalogue, job=name, key="k", asked_by="ming", now=plant.now)
        (run,) = claimable(session, jobs=[name], now=plant.now, limit=1)
        assert claim(session, run=run, owner=who.id, now=plant.now, workspace_hash="") is not None


def elsewhere(who: Identity) -> Identity:
    """The same process as if on another machine."""
    return Identity(id=who.id, kind=who.kind, host="other", machine="other", pid=who.pid, born=who.born)


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Our own monotonic clock, moved by the test."""
    clock = [1000.0]
    monkeypatch.setattr(rescue_module, "monotonic", lambda: clock[0])
    return clock


def test_a_process_that_is_gone_from_this_machine_is_dead_for_certain() -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    me = this_process("worker")
    assert not is_dead(machine=me.machine, pid=sleeper.pid, born="")
    sleeper.kill()
    sleeper.wait()
    assert is_dead(machine=me.machine, pid=sleeper.pid, born="")
    assert not is_dead(machine="another", pid=sleeper.pid, born=""), "of another machine nothing is known"
    assert not is_dead(machine=me.machine, pid=me.pid, born=me.born)
    assert is_dead(machine=me.machine, pid=me.pid, born="123"), "a pid that is used again is another process"


def test_work_of_a_process_that_died_here_is_free_at_once(database: Database, now: datetime) -> None:
    plant = Plant(database, now, job("work", every=None))
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    claimed_by(plant, Identity(id="gone", kind="worker", host="here", machine=this_process("worker").machine, pid=sleeper.pid, born=""))
    worker = plant.worker()
    assert Rescue().free(database, own="me", now=now) == []
    sleeper.kill()
    sleeper.wait()
    assert [run.job for run in Rescue().free(database, own="me", now=now)] == ["work"]
    plant.turn(worker)
    (run,) = plant.history()
    assert (run.state, run.attempts) == (RunState.DONE, 2)


def test_work_on_another_machine_is_free_once_its_lease_is_over_and_nobody_renewed_it(
    database: Database, now: datetime, monotonic: list[float]
) -> None:
    plant = Plant(database, now, job("work", every=None))
    claimed_by(plant, elsewhere(this_process("worker")))
    rescue = Rescue()
    assert rescue.free(database, own="me", now=now) == []
    monotonic[0] += 20
    assert rescue.free(database, own="me", now=now + timedelta(seconds=20)) == [], "its lease is not over"
    assert [run.job for run in rescue.free(database, own="me", now=now + LEASE + timedelta(seconds=1))] == ["work"]


def test_a_process_here_that_lives_is_given_up_only_after_a_long_silence(embedded: Database, now: datetime, monotonic: list[float]) -> None:
    plant = Plant(embedded, now, job("work", every=None))
    claimed_by(plant, this_process("worker"))
    rescue, later = Rescue(), now + timedelta(minutes=10)
    for seconds, freed in ((0, 0), (60, 0), (200, 0), (100, 1)):
        monotonic[0] += seconds
        assert len(rescue.free(embedded, own="me", now=later)) == freed


def test_a_clock_that_jumps_takes_no_work_from_anybody_who_lives(database: Database, now: datetime, monotonic: list[float]) -> None:
    plant = Plant(database, now, job("work", every=None))
    owner = Identity(id="there", kind="worker", host="other", machine="other", pid=1, born="")
    claimed_by(plant, owner)
    heart = Heart(database, owner, now=lambda: now)
    rescue, a_month_later = Rescue(), now + timedelta(days=31)
    for _beat in range(6):
        assert rescue.free(database, own="me", now=a_month_later) == []
        monotonic[0] += 10
        heart.beat()
    assert rescue.free(database, own="me", now=a_month_later) == []
    monotonic[0] += 16
    assert len(rescue.free(database, own="me", now=a_month_later)) == 1, "it beats no more"


def test_an_attempt_that_lost_its_run_records_nothing(database: Database, now: datetime) -> None:
    plant = Plant(database, now, job("slow", run="slow", every=None))
    with database.write() as session:
        ask(session, plant.catalogue, job="slow", key="k", asked_by="ming", now=now)
    one, other = plant.worker(), plant.worker()
    assert one.turn() == 1
    with database.write() as session:
        processes.leave(session, who=plant.hearts[0].who, now=now)
    assert len(Rescue().free(database, own=plant.hearts[1].who.id, now=now)) == 1
    assert other.turn() == 1
    plant.hearts[0].beat()
    plant.hearts[0].beat()
    assert one.wait_idle(20)
    assert [run.attempts for run in plant.history()] == [2]
    assert other.wait_idle(20)
    assert [(run.state, run.line, run.attempts) for run in plant.history()] == [(RunState.DONE, "counted", 2)]


# --- heavy jobs in processes of their own


@pytest.fixture
def heavy_plant(embedded: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Plant]:
    """``heavy_plant("mark", time_limit=…)``: a heavy job that was asked for, its app found by children."""

    def make(run: str, *, time_limit: timedelta = timedelta(hours=1)) -> Plant:
        monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
        plug(embedded.workspace.root, [Probe(name="heavy", run=run, heavy=True)])
        plant = Plant(embedded, now, job("heavy", run=run, every=None, heavy=True, time_limit=time_limit))
        with embedded.write() as session:
            ask(session, plant.catalogue, job="heavy", key="k", asked_by="ming", now=now)
        return plant

    return make


def test_a_heavy_job_runs_in_a_process_of_its_own(heavy_plant: Callable[..., Plant]) -> None:
    plant = heavy_plant("mark")
    plant.turn(plant.worker())
    (run,) = plant.history()
    assert (run.state, run.line) == (RunState.DONE, "marked once")
    assert plant.marks()[0].split()[3] != str(os.getpid())


def test_a_child_that_dies_without_a_word_is_tried_again_and_given_up_in_the_end(
    heavy_plant: Callable[..., Plant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("growth.jobs.execute.MOST_FAULTS", 2)
    plant = heavy_plant("dies")
    worker = plant.worker()
    plant.turn(worker)
    (run,) = plant.history()
    assert (run.state, run.faults) == (RunState.WAITING, 1)
    assert "code 7" in str(run.error)
    for _again in range(2):
        plant.now += timedelta(minutes=2)
        plant.turn(worker)
    (run,) = plant.history()
    assert (run.state, len(plant.marks())) == (RunState.FAILED, 2)


def test_a_child_that_takes_too_long_is_ended(heavy_plant: Callable[..., Plant], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("growth.jobs.offspring._LAST_WORDS_SECONDS", 0.1)
    plant = heavy_plant("deaf", time_limit=timedelta(seconds=2))
    plant.turn(plant.worker())
    (run,) = plant.history()
    assert run.state == RunState.WAITING
    assert "time limit" in str(run.error)


def work_and_drain(plant: Plant, worker: InProcess) -> None:
    """Let the worker work until the job has begun, then drain it."""
    draining = threading.Event()
    thread = threading.Thread(target=worker.work, args=(draining,), daemon=True)
    thread.start()
    began = wait_for(lambda: len(plant.marks()) == 1)
    draining.set()
    thread.join(60)
    assert began, plant.history()


def test_a_drain_lets_a_child_stop_at_a_good_place(heavy_plant: Callable[..., Plant]) -> None:
    plant = heavy_plant("slow")
    work_and_drain(plant, plant.worker())
    (run,) = plant.history()
    assert (run.state, run.line, run.faults) in (
        (RunState.WAITING, "stopped in between", 0),
        (RunState.DONE, "counted", 0),  # where the machine was so slow that it ended by itself
    )


def test_a_job_that_stops_in_a_drain_in_its_own_words_has_not_failed(embedded: Database, now: datetime) -> None:
    plant = Plant(embedded, now, job("campaign", run="leaves_rest", every=None))
    with embedded.write() as session:
        ask(session, plant.catalogue, job="campaign", key="k", asked_by="ming", now=now)
    work_and_drain(plant, plant.worker())
    (run,) = plant.history()
    assert (run.state, run.line, run.faults, run.not_before) == (RunState.WAITING, "3 messages are left", 0, now)


def test_a_child_that_hears_no_drain_is_ended_and_its_run_goes_on_later(heavy_plant: Callable[..., Plant]) -> None:
    plant = heavy_plant("once_deaf")
    work_and_drain(plant, plant.worker(grace_seconds=0.3))
    assert wait_for(lambda: plant.history()[0].state == RunState.WAITING)
    plant.turn(plant.worker())
    (run,) = plant.history()
    assert (run.state, run.attempts) == (RunState.DONE, 2)
