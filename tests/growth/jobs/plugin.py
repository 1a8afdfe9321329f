"""An app as somebody outside would install it: real processes of growth find its jobs by its entry point.

Its jobs are those of ``probe.json`` in the workspace, written by `plug`; `environment` puts its package, `site`, on a process's path.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import time, timedelta
from pathlib import Path

from growth.app import App
from growth.jobs import Chore, Job, Schedule
from growth.jobs.day import read_day
from growth.language import Text
from growth.workspace import Every, Workspace

ROOT = Path(__file__).resolve().parents[3]
SITE = Path(__file__).parent / "site"


@dataclass(frozen=True)
class Probe:
    """A job of the plug-in: a function of `tests.growth.jobs.work`."""

    name: str
    run: str
    heavy: bool = False
    every: str | None = None
    day: str | None = None
    at: str = "10:00"
    catch_up_seconds: float = 86400
    chore_seconds: float = 0


def plug(root: Path, probes: Iterable[Probe]) -> None:
    """The plug-in's jobs in that workspace."""
    (root / "probe.json").write_text(json.dumps([asdict(probe) for probe in probes]))


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that finds the plug-in."""
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{SITE}", **more}


def jobs(workspace: Workspace) -> Iterator[Job | Chore]:
    """What the workspace's ``probe.json`` says."""
    path = workspace.root / "probe.json"
    for fields in json.loads(path.read_text()) if path.exists() else []:
        probe = Probe(**fields)
        target, title = f"tests.growth.jobs.work:{probe.run}", Text(probe.name, probe.name)
        if probe.chore_seconds:
            yield Chore(name=probe.name, title=title, run=target, every=timedelta(seconds=probe.chore_seconds))
            continue
        schedule = None
        if probe.every is not None:
            every = Every(probe.every)
            catch_up = timedelta(seconds=probe.catch_up_seconds)
            schedule = Schedule(every=every, day=read_day(every, probe.day), at=time.fromisoformat(probe.at), catch_up=catch_up)
        yield Job(name=probe.name, title=title, run=target, schedule=schedule, heavy=probe.heavy)


APP = App(name="probe", title=Text("Probe", "探针"), jobs=("tests.growth.jobs.plugin:jobs",))
