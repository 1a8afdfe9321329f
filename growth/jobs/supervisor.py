"""The supervisor of ``growth up``: children that are started again when they die, and one way to stop them all.

The first SIGTERM or SIGINT asks the children to drain, at most 30 s; the second ends them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import FrameType
from typing import IO

from growth.errors import ExitCode
from growth.language import _

#: waits before a child is started again; the last one for every later time
_WAITS_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
#: a child that lived so long begins again with the shortest wait
_STEADY_SECONDS = 60.0
#: a refusal this soon after the first start is a wrong setting, which starting again does not mend
_FIRST_SECONDS = 20.0
#: the children's own grace time, and a little for the way there
_DRAIN_SECONDS = 33.0
_LAST_SECONDS = 3.0


@dataclass(slots=True)
class Child:
    """A process that is kept alive. `command` begins with the program."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    deaths: int = 0
    starts: int = 0
    reader: threading.Thread | None = field(default=None, repr=False)


class Supervisor:
    """Starts `children`, prints their lines through `say`, and keeps them until it is told to stop."""

    def __init__(self, children: Sequence[Child], *, say: Callable[[str, str], None]) -> None:
        self._children = children
        self._say = say
        self._wake = threading.Event()
        self._signals = 0
        self._code: int = ExitCode.DONE

    def run(self) -> int:
        """Until a signal, or until a child refuses its settings at its first start. The exit code."""
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._signals and self._code == ExitCode.DONE:
                self._look()
                self._wake.wait(0.2)
            self._stop()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return self._code

    def _look(self) -> None:
        now = monotonic()
        for child in self._children:
            if child.process is None:
                if now >= child.start_at:
                    self._start(child)
            elif (code := child.process.poll()) is not None:
                self._died(child, code, now)

    def _start(self, child: Child) -> None:
        command = [sys.executable, "-m", "growth.jobs.leash", str(os.getpid()), *child.command]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        child.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, env=environment
        )
        child.started_at, child.starts = monotonic(), child.starts + 1
        assert child.process.stdout is not None
        child.reader = threading.Thread(target=self._read, args=(child.name, child.process.stdout), daemon=True)
        child.reader.start()

    def _died(self, child: Child, code: int, now: float) -> None:
        lived = now - child.started_at
        if child.reader is not None:
            child.reader.join(1.0)
        child.process = None
        if code == ExitCode.REFUSED and child.starts == 1 and lived < _FIRST_SECONDS:
            self._say(child.name, _("refused to start; everything is stopped"))
            self._code = code
            return
        child.deaths = 1 if lived >= _STEADY_SECONDS else child.deaths + 1
        wait = _WAITS_SECONDS[min(child.deaths, len(_WAITS_SECONDS)) - 1]
        child.start_at = now + wait
        self._say(child.name, _("ended with code {code}; started again in {seconds} s", code=code, seconds=round(wait)))

    def _stop(self) -> None:
        """Ask all to end; wait; end what is left."""
        asked = self._signals
        self._send(signal.SIGTERM)
        end_at = monotonic() + _DRAIN_SECONDS
        while self._living() and monotonic() < end_at:
            if self._signals > max(asked, 1):
                asked = self._signals
                self._send(signal.SIGTERM)
                end_at = min(end_at, monotonic() + _LAST_SECONDS)
            self._wake.wait(0.1)
        for child in self._living():
            self._say(child.name, _("did not end in time and is ended"))
            assert child.process is not None
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        for child in self._children:
            if child.reader is not None:
                child.reader.join(1.0)

    def _living(self) -> list[Child]:
        return [child for child in self._children if child.process is not None and child.process.poll() is None]

    def _send(self, number: int) -> None:
        for child in self._living():
            assert child.process is not None
            child.process.send_signal(number)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        if number == signal.SIGINT:
            self._code = ExitCode.INTERRUPTED

    def _read(self, name: str, lines: IO[bytes]) -> None:
        for line in lines:
            self._say(name, line.decode("utf-8", "replace").rstrip("\n"))
        lines.close()
