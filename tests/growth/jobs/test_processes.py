"""Real processes: workers and schedulers on one database, killed and stopped; the supervisor and its children (faults F1, F3, F9, F13)."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from growth import clock
from growth.db import Database
from growth.jobs import processes, store
from growth.jobs.reconcile import reconcile
from growth.workspace import Workspace
from tests.growth.jobs.plant import catalogue, job, wait_for
from tests.growth.jobs.plugin import Probe, environment, plug

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """``start(root, "worker")``: a process of growth; what is left at the end is killed. Its output is in ``out-N.txt``."""
    started: list[subprocess.Popen[str]] = []

    def run(root: Path, *words: str) -> subprocess.Popen[str]:
        output = (tmp_path / f"out-{len(started)}.txt").open("w")
        command = [sys.executable, "-m", "growth.cli", "-C", str(root), "--lang", "en", *words]
        started.append(subprocess.Popen(command, env=environment(PYTHONUNBUFFERED="1"), stdout=output, stderr=subprocess.STDOUT, text=True))
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def growth(root: Path, *words: str, code: int = 0) -> Any:
    """What a command says, as JSON."""
    command = [sys.executable, "-m", "growth.cli", "-C", str(root), "--lang", "en", "--json", *words]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if done.stdout else done.stderr


def said(tmp_path: Path, number: int) -> str:
    return (tmp_path / f"out-{number}.txt").read_text()


def marks(root: Path) -> list[list[str]]:
    path = root / "marks.txt"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def pids(database: Database) -> dict[str, int]:
    """Living processes by kind, as growth sees them."""
    with database.read() as session:
        return {process.kind: process.pid for process in processes.alive(session, now=clock.now())}


def states(database: Database) -> set[str]:
    """The states in which the runs are."""
    with database.read() as session:
        return {str(run.state) for run in store.history(session)}


def down_for(database: Database, hours: int, *probes: Probe) -> None:
    """A site whose processes last looked `hours` ago."""
    plug(database.workspace.root, probes)
    known = [job(probe.name, every=probe.every, at=probe.at) for probe in probes if not probe.chore_seconds]
    reconcile(database, catalogue(database, *known), now=clock.now() - timedelta(hours=hours))


@pytest.mark.slow
def test_two_workers_and_two_schedulers_run_each_period_once(database: Database, start: Start) -> None:
    root = database.workspace.root
    down_for(database, 3, Probe("hourly", "mark", every="hour", at="00:00"), Probe("heavy", "mark", every="hour", at="00:00", heavy=True))
    for words in (["worker"], ["worker"], ["scheduler"], ["scheduler"]):
        start(root, *words)
    assert wait_for(lambda: len(marks(root)) >= 6, 240)
    assert sorted(pids(database)) == ["scheduler", "worker"]
    assert len(growth(root, "status")["processes"]) == 4
    runs = [(name, period) for name, period, _attempt, _pid in marks(root)]
    assert len(set(runs)) == len(runs) in (6, 8)
    assert wait_for(lambda: states(database) == {"done"}, 90)


@pytest.mark.slow
def test_work_of_a_killed_worker_is_taken_up_at_once_by_another(embedded: Database, start: Start) -> None:
    root = embedded.workspace.root
    down_for(
        embedded, 24, Probe("light", "once_deaf", every="day", at="00:00"), Probe("heavy", "once_deaf", heavy=True, every="day", at="00:00")
    )
    worker = start(root, "worker")
    assert wait_for(lambda: len(marks(root)) == 2, 60)
    child = next(int(pid) for name, _period, _attempt, pid in marks(root) if name == "heavy")
    worker.kill()
    worker.wait()
    assert wait_for(lambda: not _lives(child), 10), "the child of a killed worker ends with it"
    start(root, "worker")
    assert wait_for(lambda: len(marks(root)) == 4, 60)
    assert sorted((name, attempt) for name, _period, attempt, _pid in marks(root)) == [
        ("heavy", "1"),
        ("heavy", "2"),
        ("light", "1"),
        ("light", "2"),
    ]


@pytest.mark.slow
def test_the_first_sigterm_drains_and_the_second_aborts(embedded: Database, start: Start, tmp_path: Path) -> None:
    root = embedded.workspace.root
    down_for(embedded, 2, Probe("slow", "slow", every="hour", at="00:00"))
    worker = start(root, "worker")
    assert wait_for(lambda: len(marks(root)) == 1, 60)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert pids(embedded) == {}
    assert states(embedded) <= {"waiting", "done"}

    plug(root, [Probe("deaf", "deaf", every="hour", at="00:00")])
    reconcile(embedded, catalogue(embedded, job("deaf", every="hour", at="00:00")), now=clock.now() - timedelta(hours=2))
    worker = start(root, "worker")
    assert wait_for(lambda: len(marks(root)) == 2, 60)
    worker.send_signal(signal.SIGTERM)
    assert wait_for(lambda: "draining" in said(tmp_path, 1), 20)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 3
    assert "taken up again by the next worker" in said(tmp_path, 1)


@pytest.mark.slow
def test_a_worker_reads_changed_files_anew_and_keeps_the_last_good_ones(embedded: Database, start: Start) -> None:
    root = embedded.workspace.root
    start(root, "worker")
    good = (root / "growth.yaml").read_text()
    assert wait_for(lambda: set(pids(embedded)) == {"worker"}, 60)
    (root / "growth.yaml").write_text(good + "\nbakup: {every: day}\n")
    os.utime(root / "growth.yaml", (1, 1))
    assert wait_for(lambda: _alerts(embedded) == ["workspace_broken"], 30)
    (root / "growth.yaml").write_text(good + "\nbackup: {every: week, day: sun, at: '03:00'}\n")
    assert wait_for(lambda: _alerts(embedded) == [], 30)


# --- growth up


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def test_up_keeps_its_children_and_ends_them(embedded: Database, start: Start, tmp_path: Path) -> None:
    port = free_port()
    supervisor = start(embedded.workspace.root, "up", "--port", str(port))
    assert wait_for(lambda: set(pids(embedded)) == {"web", "worker"}, 60), said(tmp_path, 0)
    assert f"http://127.0.0.1:{port}/" in said(tmp_path, 0)
    assert "There is no administrator yet" in said(tmp_path, 0)
    before = pids(embedded)
    os.kill(before["worker"], signal.SIGKILL)
    assert wait_for(lambda: pids(embedded).get("worker", before["worker"]) != before["worker"], 60)
    assert pids(embedded)["web"] == before["web"]
    assert "worker  │ ended with code -9; started again in 1 s" in said(tmp_path, 0)
    last = pids(embedded)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(60) == 0
    assert not any(_lives(pid) for pid in last.values())


@pytest.mark.slow
def test_children_end_with_a_supervisor_that_is_killed(embedded: Database, start: Start) -> None:
    supervisor = start(embedded.workspace.root, "up", "--port", str(free_port()))
    assert wait_for(lambda: set(pids(embedded)) == {"web", "worker"}, 60)
    children = pids(embedded).values()
    supervisor.kill()
    assert wait_for(lambda: not any(_lives(pid) for pid in children), 30)


def test_a_port_that_is_taken_is_said_at_once_with_the_way_out(make_workspace: Callable[..., Workspace]) -> None:
    root = make_workspace().root
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        words = growth(root, "up", "--port", str(port), code=2)
    assert f"error: port {port} on 127.0.0.1 cannot be used" in words
    assert f"fix: growth up --port {port + 1}" in words


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def _alerts(database: Database) -> list[str]:
    from growth.alerts import alerts

    with database.read() as session:
        return [alert.kind for alert in alerts(session, open_only=True)]
