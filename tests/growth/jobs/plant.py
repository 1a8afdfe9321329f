"""A small plant of jobs: catalogues made by hand, engines that are turned by the test, marks that jobs left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta

from growth.db import Database
from growth.jobs import Catalogue, Chore, Job, Run, Schedule, processes, store
from growth.jobs.day import read_day
from growth.jobs.heart import Heart
from growth.jobs.holidays import shipped
from growth.jobs.identity import this_process
from growth.jobs.inprocess import InProcess
from growth.jobs.reconcile import Reconciled, reconcile
from growth.language import Text
from growth.workspace import Every


def job(
    name: str,
    *,
    run: str = "mark",
    heavy: bool = False,
    every: str | None = "day",
    day: str | None = None,
    at: str = "10:00",
    catch_up: timedelta = timedelta(days=1),
    time_limit: timedelta = timedelta(hours=1),
) -> Job:
    """A job whose function is one of `tests.growth.jobs.work`."""
    text = Text(name, name)
    target = f"tests.growth.jobs.work:{run}"
    schedule = None
    if every is not None:
        kind = Every(every)
        schedule = Schedule(every=kind, day=read_day(kind, day), at=time.fromisoformat(at), catch_up=catch_up)
    return Job(name=name, title=text, run=target, schedule=schedule, heavy=heavy, time_limit=time_limit)


def chore(name: str, *, run: str = "sweep", every: timedelta = timedelta(seconds=10)) -> Chore:
    """A chore whose function is one of `tests.growth.jobs.work`."""
    return Chore(name=name, title=Text(name, name), run=f"tests.growth.jobs.work:{run}", every=every)


def catalogue(database: Database, *entries: Job | Chore) -> Catalogue:
    """What apps would hand over."""
    jobs = {entry.name: entry for entry in entries if isinstance(entry, Job)}
    chores = {entry.name: entry for entry in entries if isinstance(entry, Chore)}
    return Catalogue(workspace=database.workspace, holidays=shipped(), jobs=jobs, chores=chores)


class Fixed:
    """Stands for `Current`: always the same catalogue."""

    def __init__(self, found: Catalogue) -> None:
        self.found = found

    def get(self) -> Catalogue:
        """The catalogue."""
        return self.found

    def tell_problems(self, *, now: datetime) -> None:
        """None to tell."""


class Plant:
    """A database with a catalogue and a clock of the test's own; `worker()` gives engines that share them."""

    def __init__(self, database: Database, now: datetime, *entries: Job | Chore) -> None:
        self.database = database
        self.now = now
        self.catalogue = catalogue(database, *entries)
        self.hearts: list[Heart] = []

    def worker(self, *, grace_seconds: float = 30.0, heavy: int = 2) -> InProcess:
        """A worker as its process would have it; its heart beats only when told."""
        heart = Heart(self.database, this_process("worker"), now=lambda: self.now)
        self.hearts.append(heart)
        with self.database.write() as session:
            processes.enter(session, who=heart.who, now=self.now)
        return InProcess(self.database, Fixed(self.catalogue), heart, heavy=heavy, grace_seconds=grace_seconds, now=lambda: self.now)

    def reconcile(self) -> Reconciled:
        """One beat."""
        return reconcile(self.database, self.catalogue, now=self.now)

    def turn(self, *workers: InProcess, seconds: float = 90.0) -> int:
        """Each worker looks once and ends what it took; how much was taken."""
        taken = sum(worker.turn() for worker in workers)
        assert all(worker.wait_idle(seconds) for worker in workers)
        return taken

    def history(self, job: str | None = None) -> list[Run]:
        """Newest first."""
        with self.database.read() as session:
            return store.history(session, job=job)

    def states(self) -> list[tuple[str, str, str]]:
        """Job, period and state of all runs, due ones too, in order of period."""
        with self.database.read() as session:
            return sorted((run.job, run.period, str(run.state)) for run in store.history(session, states=tuple(store.RunState)))

    def marks(self) -> list[str]:
        """Lines that jobs left."""
        path = self.database.workspace.root / "marks.txt"
        return path.read_text().splitlines() if path.exists() else []


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether `condition` came true in time."""
    ended = threading.Event()
    for _look in range(int(seconds / 0.02)):
        if condition():
            return True
        ended.wait(0.02)
    return False
