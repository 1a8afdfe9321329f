"""The engine of one machine, good for many: every worker looks at the table of runs each second.

Light jobs and chores run in threads, heavy jobs in a child process each (`growth.jobs.child`), so that neither the GIL nor a leak holds up
the rest.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from functools import partial
from time import monotonic

from growth import clock
from growth.db import Database
from growth.errors import GrowthError
from growth.jobs import store
from growth.jobs.catalogue import Catalogue
from growth.jobs.chores import do_chore, due_chores, take_chore
from growth.jobs.current import Current
from growth.jobs.execute import execute
from growth.jobs.heart import Heart
from growth.jobs.job import Chore, Job
from growth.jobs.offspring import Offspring
from growth.jobs.rescue import Rescue
from growth.jobs.store import Run

log = logging.getLogger("growth.jobs")

#: how long a worker sleeps where nothing rings
POLL_SECONDS = 1.0
#: how often it looks for work of the dead
_RESCUE_SECONDS = 5.0
#: how long a drain waits for what has begun
GRACE_SECONDS = 30.0


class InProcess:
    """Takes runs and chores and does them, `light` and `chores` at a time in threads, `heavy` in child processes."""

    def __init__(
        self,
        database: Database,
        current: Current,
        heart: Heart,
        *,
        light: int = 4,
        heavy: int = 2,
        chores: int = 2,
        grace_seconds: float = GRACE_SECONDS,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._database = database
        self._current = current
        self._heart = heart
        self._slots = {"light": light, "heavy": heavy, "chores": chores}
        self._grace_seconds = grace_seconds
        self._now = now
        self._bell = threading.Event()
        self._draining = threading.Event()
        self._rescue = Rescue()
        self._rescued_at = 0.0
        self._pools = {kind: ThreadPoolExecutor(slots, thread_name_prefix=kind) for kind, slots in self._slots.items()}
        self._busy: dict[Future[None], tuple[str, str]] = {}
        self._offspring: dict[int, Offspring] = {}
        heart.doing = self.doing

    def ring(self, run_id: int) -> None:
        """Wake this worker; others see the run within a second."""
        self._bell.set()

    def doing(self) -> str:
        """What it is at, for ``growth status``."""
        return ", ".join(sorted(name for future, (_kind, name) in list(self._busy.items()) if not future.done()))

    def work(self, draining: threading.Event) -> None:
        """Until `draining`: take and do. Then wait for what has begun, children asked to stop; what is left then is ended."""
        self._draining = draining
        while not draining.is_set():
            try:
                self.turn()
            except GrowthError as fault:
                log.warning("no work taken: %s", fault)
            except Exception:  # a worker outlives whatever goes wrong in one turn
                log.exception("no work taken")
            self._bell.wait(POLL_SECONDS)
            self._bell.clear()
        self._drain()

    def turn(self) -> int:
        """One look at the table: take as much as there are free hands for. How much was taken."""
        for future in [future for future in self._busy if future.done()]:
            del self._busy[future]
        catalogue = self._current.get()
        if monotonic() - self._rescued_at >= _RESCUE_SECONDS:
            self._rescued_at = monotonic()
            self._rescue.free(self._database, own=self._heart.who.id, now=self._now())
        if self._busy:
            with self._database.read() as session:
                self._heart.unwanted = store.asked_to_stop(session, owner=self._heart.who.id)
        return self._take_runs(catalogue, heavy=False) + self._take_runs(catalogue, heavy=True) + self._take_chores(catalogue)

    def wait_idle(self, seconds: float) -> bool:
        """Wait until what was taken is done; whether it is."""
        return not wait(list(self._busy), timeout=seconds).not_done

    def abort(self) -> None:
        """Kill the children; threads end with the process."""
        self._draining.set()
        for child in list(self._offspring.values()):
            child.kill()

    def _free(self, kind: str) -> int:
        return self._slots[kind] - sum(busy_kind == kind for busy_kind, _name in self._busy.values())

    def _take_runs(self, catalogue: Catalogue, *, heavy: bool) -> int:
        kind = "heavy" if heavy else "light"
        names = [job.name for job in catalogue.jobs.values() if job.heavy == heavy]
        if not names or self._free(kind) <= 0:
            return 0
        with self._database.read() as session:
            candidates = store.claimable(session, jobs=names, now=self._now(), limit=self._free(kind) * 4)
        taken = 0
        for candidate in candidates:
            if self._free(kind) <= 0:
                break
            with self._database.write() as session:
                run = store.claim(
                    session, run=candidate, owner=self._heart.who.id, now=self._now(), workspace_hash=catalogue.workspace.hash
                )
            if run is not None:
                self._start(kind, f"{run.job} {run.period}", partial(self._do, catalogue, catalogue.jobs[run.job], run))
                taken += 1
        return taken

    def _take_chores(self, catalogue: Catalogue) -> int:
        if not catalogue.chores or self._free("chores") <= 0:
            return 0
        with self._database.read() as session:
            names = [name for name in due_chores(session, now=self._now()) if name in catalogue.chores]
        taken = 0
        for name in names[: self._free("chores")]:
            chore = catalogue.chores[name]
            with self._database.write() as session:
                ours = take_chore(session, chore=chore, owner=self._heart.who.id, now=self._now())
            if ours:
                self._start("chores", name, partial(self._do_chore, catalogue, chore))
                taken += 1
        return taken

    def _start(self, kind: str, name: str, work: Callable[[], None]) -> None:
        self._busy[self._pools[kind].submit(self._guarded, name, work)] = (kind, name)

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except GrowthError as fault:
            log.error("%s: its end could not be recorded: %s", name, fault)
        except Exception:
            log.exception("%s: its end could not be recorded", name)
        finally:
            self._bell.set()

    def _do(self, catalogue: Catalogue, job: Job, run: Run) -> None:
        lost = self._lost(run)
        if not job.heavy:
            execute(self._database, catalogue, run, should_stop=lambda: self._draining.is_set() or lost(), now=self._now)
            return
        child = Offspring(self._database, catalogue, job, run, now=self._now)
        self._offspring[run.id] = child
        try:
            child.run(draining=self._draining, lost=lost, grace_seconds=self._grace_seconds)
        finally:
            del self._offspring[run.id]

    def _lost(self, run: Run) -> Callable[[], bool]:
        """Whether the run is not to go on: somebody stopped it, or took it from us (two whole beats without it among ours)."""
        taken_at = self._heart.beats
        return lambda: (
            (run.id, run.attempts) in self._heart.unwanted or (self._heart.beats >= taken_at + 2 and run.id not in self._heart.held)
        )

    def _do_chore(self, catalogue: Catalogue, chore: Chore) -> None:
        do_chore(self._database, catalogue, chore, owner=self._heart.who.id, now=self._now, should_stop=self._draining.is_set)

    def _drain(self) -> None:
        self._heart.stopping = True
        left = self.doing()
        if left:
            log.info("draining, at most %.0f s: %s", self._grace_seconds, left)
        if not self.wait_idle(self._grace_seconds):
            log.warning("not finished in time, taken up again by the next worker: %s", self.doing())
            for child in list(self._offspring.values()):
                child.kill()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
