"""The workspace as its files are now: looked at once a second at most, never in the event loop."""

from __future__ import annotations

import threading
import time

from growth.workspace import Problem, Workspace
from growth.workspace.watched import Watched

#: how old the last look at the files may be, seconds
_LOOK_EVERY = 1.0


class Current:
    """The last good workspace; calling it costs nothing, `refresh` reads changed files anew."""

    def __init__(self, workspace: Workspace) -> None:
        self._watched = Watched(workspace.root, workspace)
        self._workspace = workspace
        self._problems = workspace.problems
        self._looked_at = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self) -> Workspace:
        """The workspace of the last look."""
        return self._workspace

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with files of which an older version is in use, as of the last look."""
        return self._problems

    def refresh(self) -> None:
        """Look at the files, unless somebody did within the last second or is at it."""
        if time.monotonic() - self._looked_at < _LOOK_EVERY or not self._lock.acquire(blocking=False):
            return
        try:
            self._workspace = self._watched.get()
            self._problems = self._watched.problems
            self._looked_at = time.monotonic()
        finally:
            self._lock.release()
