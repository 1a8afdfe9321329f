"""Regular expressions of wechat.yaml against what followers write, under a time limit.

Python's engine backtracks, perhaps for years, and holds the interpreter meanwhile: one unlucky rule and one message would stop the whole
process. So an expression that could backtrack much runs in a child with a limit on its CPU time; simple ones run here.
"""

from __future__ import annotations

import json
import logging
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Lock
from types import TracebackType

import growth

#: CPU time that one search may take
CPU_SECONDS = 0.25
#: time that an answer of the child may take on a busy machine, its start included
WAIT_SECONDS = 5.0
#: how long an expression that took too long is not tried again
REST_SECONDS = 600.0

_VARIABLE = re.compile(r"[*+?]|\{\d*,\d*\}")
_ESCAPED = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_log = logging.getLogger("growth.wechat")

#: the whole match and its groups (empty where one took no part); None where the expression is not found
Groups = tuple[str, ...]


def search(expression: str, text: str) -> Groups | None:
    """`re.search` here and now, without a limit. An expression that is broken is found nowhere."""
    try:
        found = re.search(expression, text)
    except (re.error, RecursionError, OverflowError):
        return None
    return None if found is None else (found[0], *(group or "" for group in found.groups()))


def is_simple(expression: str) -> bool:
    """Whether a search takes at most as long as the square of the text: one repetition of varying length, not of a group, few groups."""
    bare = _ESCAPED.sub("x", expression)
    return len(_VARIABLE.findall(bare)) <= 1 and not re.search(r"\)[*+?{]", bare) and bare.count("(") <= 3


class Searcher:
    """`search` under the limit. Safe to share between threads: one search in the child at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._resting: dict[str, float] = {}

    def search(self, expression: str, text: str) -> Groups | None:
        """The groups, or None where the expression is not found, is broken, or took too long (then it rests for ten minutes)."""
        if is_simple(expression):
            return search(expression, text)
        with self._lock:
            if self._resting.get(expression, 0) > time.monotonic():
                return None
            try:
                return self._asked(expression, text)
            except (TimeoutError, EOFError, BrokenPipeError):
                self._stop()
                self._resting[expression] = time.monotonic() + REST_SECONDS
                _log.warning("wechat.yaml: the expression %s takes too long; it is left out for %d minutes", expression, REST_SECONDS // 60)
                return None

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._stop()

    def __enter__(self) -> Searcher:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _asked(self, expression: str, text: str) -> Groups | None:
        process = self._process
        if process is None or process.poll() is not None:
            self._stop()
            home = str(Path(growth.__file__).resolve().parent.parent)
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", "growth.wechat.expressions"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": home, "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath},
            )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([expression, text]).encode() + b"\n")
        process.stdin.flush()
        found = json.loads(_line(process.stdout.fileno(), until=time.monotonic() + WAIT_SECONDS))
        return None if found is None else tuple(found)

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass


def _line(handle: int, *, until: float) -> bytes:
    parts = b""
    with selectors.DefaultSelector() as selector:
        selector.register(handle, selectors.EVENT_READ)
        while not parts.endswith(b"\n"):
            left = until - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError
            part = os.read(handle, 1 << 16)
            if not part:
                raise EOFError
            parts += part
    return parts


def main() -> None:
    """The child: one search a line, until stdin ends or a search takes too long (SIGVTALRM ends the process)."""
    for line in sys.stdin.buffer:
        expression, text = json.loads(line)
        signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
        found = search(expression, text)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        sys.stdout.buffer.write(json.dumps(found).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
