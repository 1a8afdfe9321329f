"""Functions that the jobs of these tests run: they leave marks where a test can see them."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from growth.errors import GrowthError, ProviderError, Unfinished
from growth.jobs import ChoreRun, Job, JobRun, Postponed
from growth.language import Text
from growth.workspace import Workspace


def mark(run: JobRun) -> str:
    """Leave a line in marks.txt of the workspace: period, attempt, pid."""
    _leave(run, f"{run.job} {run.key} {run.attempt} {os.getpid()}")
    return f"marked {run.period.key}"


def slow(run: JobRun) -> str:
    """Go on until told to stop, or a second."""
    _leave(run, f"{run.job} {run.key} {run.attempt} {os.getpid()}")
    run.tell("counting")
    until = time.monotonic() + 1
    while time.monotonic() < until:
        if run.should_stop():
            raise Postponed("stopped in between", until=run.now)
        time.sleep(0.01)
    return "counted"


def deaf(run: JobRun) -> str:
    """Hear no request to stop."""
    _leave(run, f"{run.job} {run.key} {run.attempt} {os.getpid()}")
    time.sleep(60)
    return "woken"


def once_deaf(run: JobRun) -> str:
    """Hear nothing on the first attempt; done on the second."""
    return deaf(run) if run.attempt == 1 else mark(run)


def dies(run: JobRun) -> str:
    """The process ends without a word."""
    _leave(run, f"{run.job} {run.key} {run.attempt} {os.getpid()}")
    os._exit(7)


def postponed(run: JobRun) -> str:
    """Ask for another go an hour later, twice."""
    if run.attempt <= 2:
        raise Postponed("outside the send window", until=run.now + timedelta(hours=1))
    return "sent"


def passing(run: JobRun) -> str:
    """A fault that may pass; gone by the third attempt."""
    if run.attempt <= 2:
        raise ProviderError("the server is busy", retry_after=timedelta(minutes=30))
    return "taken"


def unreachable(run: JobRun) -> str:
    """A fault that may pass, and does not."""
    raise Unfinished("no answer", fix="growth jobs run unreachable")


def wrong(run: JobRun) -> str:
    """Something a person must mend."""
    raise GrowthError("campaigns/x.yaml:3:1: no template", fix="write it")


def broken(run: JobRun) -> str:
    """A bug, with personal data in its words."""
    raise ValueError("cannot parse zhang.san@qq.com")


def child_fails(run: JobRun) -> str:
    """Fail until a file is there."""
    if not (run.workspace.root / "mended").exists():
        raise GrowthError("not yet")
    return "mended"


def told(run: JobRun) -> str:
    """Say what it was given."""
    return f"{run.key} {dict(run.argument)}"


def sweep(run: ChoreRun) -> str:
    """A chore."""
    with (run.workspace.root / "marks.txt").open("a") as file:
        file.write("sweep\n")
    return "swept"


def broken_sweep(run: ChoreRun) -> str:
    """A chore with a bug."""
    raise ZeroDivisionError("dust")


def _leave(run: JobRun, line: str) -> None:
    path: Path = run.workspace.root / "marks.txt"
    with path.open("a") as file:
        file.write(line + "\n")


def offered(workspace: Workspace) -> list[Job]:
    """What an app hands over as its jobs."""
    return [Job(name="offered", title=Text("Offered", "提供"), run="tests.growth.jobs.work:mark")]


def leaves_rest(run: JobRun) -> str:
    """Stop when told to, in its own words, as a campaign does."""
    _leave(run, f"{run.job} {run.key} {run.attempt} {os.getpid()}")
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if run.should_stop():
            raise Unfinished("3 messages are left", fix="growth campaign send x")
        time.sleep(0.01)
    return "all sent"
