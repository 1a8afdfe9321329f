"""The fetching child as a process. Whoever is about to load much begins it first: the two then get ready beside each other."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Self


class Child:
    """A process of ``python -m seo.crawl.child``: orders go in, answers come out; what it says besides is kept for its last words."""

    def __init__(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        environment = {**os.environ, "TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS": "", "PYTHONUNBUFFERED": "1"}
        # a session of its own: Ctrl-C in the terminal is for the parent alone
        self.process = subprocess.Popen(
            [sys.executable, "-m", "seo.crawl.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            start_new_session=True,
            bufsize=0,
        )
        assert self.process.stdout is not None
        self.out = self.process.stdout.fileno()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def write(self, data: bytes) -> None:
        """Send it; that it is gone is noticed when reading."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
        except BrokenPipeError:
            pass

    def last_words(self) -> str:
        """The last line that it wrote to its stderr."""
        self._log.seek(0)
        lines = self._log.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "–"

    def close(self) -> None:
        """End it; what is under way is given up. A second time does nothing."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self._log.close()
