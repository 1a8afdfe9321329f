"""A process beside the web process that judges and stores what the collector took in: under load both have a core, and answers do not wait.

It is told over its standard input, a pickle a message, and answers over its standard output what became of it; it ends with its input.
The web process keeps what it has handed over until the answer has come.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from growth.errors import GrowthError
from growth.traffic.collector.parcel import Parcel

#: how much less than the web process it may have of the processor where both want one
_NICE: Final = 5
#: how long its end may take once its input has ended, seconds
_END_SECONDS: Final = 30


class StoringEnded(Exception):
    """The process is gone; what was handed over last may be stored or not, so it is stored again (a second copy is none)."""


@dataclass(slots=True)
class StoringProcess:
    """The running process, as the web process holds it."""

    _process: subprocess.Popen[bytes]

    @classmethod
    def started(cls, root: Path) -> Self:
        """Start it for the workspace at `root`, in a process group of its own: Ctrl-C and SIGTERM are the web process's to hear.

        Not in a session of its own: Linux shares the processor among sessions first (autogroup), and its priority would say nothing.
        """
        command = [sys.executable, "-m", "growth.traffic.collector", str(root)]
        return cls(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0))

    def store(self, parcels: Sequence[Parcel]) -> None:
        """As `Storing.store`. Raises StoringEnded where the process is gone."""
        # plain tuples: pickled in a third of the time, during which no request is answered
        self._ask([tuple(parcel) for parcel in parcels])

    def count(self, counts: Mapping[str, int]) -> None:
        """As `Storing.count`. Raises StoringEnded where the process is gone."""
        self._ask(dict(counts))

    def make_visits(self) -> None:
        """As `Storing.make_visits`. Raises StoringEnded where the process is gone."""
        self._ask(None)

    def end(self) -> None:
        """End its input and wait for it."""
        try:
            self._process.communicate(timeout=_END_SECONDS)
        except (subprocess.TimeoutExpired, OSError, ValueError):
            self._process.kill()
            self._process.wait()

    def _ask(self, message: list[tuple[Any, ...]] | dict[str, int] | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))
            self._process.stdin.flush()
            answer = pickle.load(self._process.stdout)  # noqa: S301 - our own process
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as fault:
            raise StoringEnded from fault
        if answer is not None:
            raise GrowthError(answer)


def main(root: Path) -> None:
    """The process itself."""
    from growth.db import open_database
    from growth.jobs.logs import log_to_stderr
    from growth.traffic.collector.storing import Storing
    from growth.workspace import load_workspace
    from growth.workspace.watched import Watched

    os.nice(_NICE)
    log_to_stderr()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # nothing else may stand among the answers
    workspace = load_workspace(root)
    database = open_database(workspace, check_schema=False)
    storing = Storing(database, Watched(root, workspace).get)
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)  # as in an import: many small tuples and no cycles
    while True:
        try:
            message = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the web process
        except EOFError:
            break
        answer = None
        try:
            if message is None:
                storing.make_visits()
            elif isinstance(message, dict):
                storing.count(message)
            else:
                storing.store([Parcel._make(each) for each in message])
        except GrowthError as fault:
            answer = str(fault)
        except Exception as fault:
            logging.getLogger("growth.traffic").exception("a batch of events could not be stored")
            answer = type(fault).__name__
        pickle.dump(answer, answers)
        answers.flush()
    database.close()
