"""A heavy run's child process, as its worker sees it: start it, ask it to stop, end it, and say what became of it.

The child holds the other end of a pipe on its standard input: if the worker dies, however it dies, the child sees the end of the pipe and
ends itself.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic

from growth.db import Database
from growth.jobs import store
from growth.jobs.catalogue import Catalogue
from growth.jobs.execute import bury
from growth.jobs.job import Job, RunState
from growth.jobs.store import Run
from growth.language import _, speaking

log = logging.getLogger("growth.jobs")

_LOOK_SECONDS = 0.5
#: between a request to stop because of the time limit, a lost or an unwanted run, and the end
_LAST_WORDS_SECONDS = 30.0


class Offspring:
    """One child for one attempt of one heavy run."""

    def __init__(self, database: Database, catalogue: Catalogue, job: Job, run: Run, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._catalogue = catalogue
        self._job = job
        self._run = run
        self._now = now
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *, draining: threading.Event, lost: Callable[[], bool], grace_seconds: float) -> None:
        """Start the child and stay until it is gone; then see that its run is not left running."""
        self._process = _started(self._catalogue, self._run)
        begun = monotonic()
        end_at: float | None = None
        why = ""
        while (code := _code(self._process)) is None:
            if end_at is None:
                if draining.is_set():
                    end_at, why = monotonic() + grace_seconds, "stopped"
                elif monotonic() - begun > self._job.time_limit.total_seconds():
                    end_at, why = monotonic() + _LAST_WORDS_SECONDS, "time"
                elif lost():
                    end_at, why = monotonic() + _LAST_WORDS_SECONDS, "lost"
                if end_at is not None:
                    _signal(self._process, signal.SIGTERM)
            elif monotonic() > end_at:
                self.kill()
        self._settle(code, why)

    def kill(self) -> None:
        """End the child and all it started."""
        if self._process is not None and self._process.poll() is None:
            _signal(self._process, signal.SIGKILL)

    def _settle(self, code: int, why: str) -> None:
        """A child records its own end. Where it could not, this does."""
        assert self._process is not None
        if self._process.stdin is not None:
            self._process.stdin.close()
        with self._database.read() as session:
            found = store.get(session, run_id=self._run.id)
        if found is None or found.state != RunState.RUNNING or found.owner != self._run.owner or found.attempts != self._run.attempts:
            return
        if why == "stopped":
            with self._database.write() as session:
                store.finish(
                    session, run=self._run, state=RunState.WAITING, now=self._now(), not_before=self._now(), faults=self._run.faults
                )
            return
        with speaking(self._catalogue.workspace.settings.site.locale):
            words = _("longer than its time limit, {limit}", limit=self._job.time_limit) if why == "time" else _ended(code)
        bury(self._database, self._catalogue, self._run, why=words, now=self._now())


def _started(catalogue: Catalogue, run: Run) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "growth.jobs.child", str(catalogue.workspace.root), str(run.id), run.owner or "", str(run.attempts)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def _code(process: subprocess.Popen[bytes]) -> int | None:
    with suppress(subprocess.TimeoutExpired):
        return process.wait(_LOOK_SECONDS)
    return None


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """To the child alone for a request, to its whole session for the end."""
    with suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def _ended(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        return (
            _("its process was ended by {signal}; out of memory?", signal=name)
            if name == "SIGKILL"
            else _("its process was ended by {signal}", signal=name)
        )
    return _("its process ended with code {code} without recording it", code=code)
