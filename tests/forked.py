"""Real ``growth`` processes for tests that kill, stop and confuse them, started by forking one that has everything imported.

``starter(*words, root=…, env=…, clock=…, patch=…)`` → `Forked`: a process of its own with its own pid, killed and waited for like any
other; what it prints is in its `out` and `err`. A fork takes a tenth of a second of work where an interpreter takes two.
`clock`: a file that holds by how many seconds the clock of the process is wrong; it is read at each look at the clock, so that a test
can let it jump. `patch`: constants of modules, such as ``{"growth.db.database:BUSY_SECONDS": 1}``. Both hold for the processes that it
starts in its turn, too: a worker's children.
"""

from __future__ import annotations

import itertools
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: what the commands of these tests import
_PRELOADED = (
    "alembic.script",
    "campaigns.commands",
    "campaigns.jobs",
    "campaigns.pages",
    "campaigns.plan",
    "campaigns.preview",
    "campaigns.results",
    "growth.cli.alerts",
    "growth.cli.contacts",
    "growth.cli.db",
    "growth.cli.jobs",
    "growth.cli.worker",
    "growth.cli.words",
    "growth.jobs.worker",
    "growth.messaging.providers.smtp",
    "growth.placements.settings",
    "growth.web",
    "seo.handing",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
)
_LONGEST_SECONDS = 90.0
_ROOT = Path(__file__).parents[1]
#: what a process hands on to those that it starts: its clock and patch, pickled
_HANDED = "GROWTH_TESTS_HANDED"


@dataclass
class Forked:
    """One process. `code` waits for its end: its exit code, negative where a signal ended it."""

    folder: Path
    pid: int

    @property
    def out(self) -> str:
        """What it printed so far."""
        return (self.folder / "out").read_text("utf-8")

    @property
    def err(self) -> str:
        """What it said on stderr so far."""
        return (self.folder / "err").read_text("utf-8")

    @property
    def json(self) -> Any:
        """The document that it printed."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The documents that it printed with ``--jsonl``."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return (self.folder / "code").exists()

    @property
    def code(self) -> int:
        """How it ended."""
        wait_until(lambda: self.ended, f"the end of {(self.folder / 'job').read_text()}")
        return int((self.folder / "code").read_text())

    def signal(self, number: int) -> None:
        """Send a signal; one that is gone already is left alone."""
        if not self.ended:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """``kill -9``, and wait."""
        self.signal(signal.SIGKILL)
        assert self.code


class Starter:
    """Starts processes; the ones that are left at the end are killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._started: list[Forked] = []
        self._source = subprocess.Popen([sys.executable, "-m", "tests.forked"], stdin=subprocess.PIPE, text=True)

    def __call__(
        self,
        *words: str,
        root: Path,
        env: Mapping[str, str] | None = None,
        clock: Path | None = None,
        patch: Mapping[str, Any] | None = None,
    ) -> Forked:
        """Start ``growth WORDS`` in the workspace `root`."""
        folder = self._folder / f"process-{next(self._numbers)}"
        folder.mkdir()
        job = {
            "words": ["-C", str(root), "--lang", "en", *words],
            "folder": str(folder),
            "env": {**os.environ, **(env or {})},
        }
        if clock or patch:
            job["env"] |= {
                _HANDED: pickle.dumps((clock, dict(patch or {}))).hex(),
                "PYTHONPATH": f"{_ROOT / 'tests' / 'offspring'}{os.pathsep}{_ROOT}",
            }
        (folder / "job").write_text(json.dumps(job["words"]), "utf-8")
        for name in ("out", "err"):
            (folder / name).touch()
        assert self._source.stdin is not None
        self._source.stdin.write(json.dumps(job) + "\n")
        self._source.stdin.flush()
        wait_until((folder / "pid").exists, f"the start of {words}")
        self._started.append(Forked(folder, int((folder / "pid").read_text())))
        return self._started[-1]

    def end(self) -> None:
        """Kill what is left, and the source."""
        for process in self._started:
            process.signal(signal.SIGKILL)
        assert self._source.stdin is not None
        self._source.stdin.close()
        self._source.wait(30)


@contextmanager
def forking(folder: Path) -> Iterator[Starter]:
    """A starter whose processes write into `folder`."""
    starter = Starter(folder)
    try:
        yield starter
    finally:
        starter.end()


def wait_until(holds: Any, what: str, seconds: float = _LONGEST_SECONDS) -> None:
    """Look until `holds()`; fail with `what` was waited for."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.01)


def main() -> None:
    """The source: a line of JSON on stdin is a process to start."""
    wrong_by = _wrong_clock()
    for name in _PRELOADED:
        __import__(name)
    # the watchers are nobody's to wait for
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        job = json.loads(line)
        if os.fork() == 0:
            _watch(job, wrong_by)
            os._exit(0)


def take_over() -> None:
    """Be as the process was told to be that started this one."""
    if handed := os.environ.get(_HANDED):
        file, patch = pickle.loads(bytes.fromhex(handed))
        _wrong_clock()["file"] = file
        _patch(patch)


def _patch(constants: Mapping[str, Any]) -> None:
    for name, value in constants.items():
        module, _colon, constant = name.partition(":")
        __import__(module)
        assert hasattr(sys.modules[module], constant), name
        setattr(sys.modules[module], constant, value)


def _wrong_clock() -> dict[str, Path | None]:
    """Put a clock in place, before anybody has taken hold of it, that is wrong by what a file says."""
    from datetime import timedelta

    from growth import clock

    right, told = clock.now, {"file": None}

    def now() -> Any:
        file: Any = told["file"]
        return right() + timedelta(seconds=float(file.read_text() or 0)) if file else right()

    clock.now = now
    return told


def _watch(job: dict[str, Any], wrong_by: dict[str, Path | None]) -> None:
    """Start the process, and write down its pid and its end."""
    folder = Path(job["folder"])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        _be(job, folder, wrong_by)
    _note(folder / "pid", str(pid))
    _pid, status = os.waitpid(pid, 0)
    _note(folder / "code", str(os.waitstatus_to_exitcode(status)))


def _note(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


def _be(job: dict[str, Any], folder: Path, wrong_by: dict[str, Path | None]) -> None:
    """Become the process."""
    os.setsid()
    os.environ.clear()
    os.environ.update(job["env"])
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, folder / "out", os.O_CREAT | os.O_WRONLY),
        (2, folder / "err", os.O_CREAT | os.O_WRONLY),
    ):
        handle = os.open(name, flags, 0o600)
        os.dup2(handle, number)
    if handed := os.environ.get(_HANDED):
        wrong_by["file"], patch = pickle.loads(bytes.fromhex(handed))
        _patch(patch)
    from growth.cli.words import run

    code = 70
    try:
        code = run(job["words"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
