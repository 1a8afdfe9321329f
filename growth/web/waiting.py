"""How many things wait for a viewer: the number beside “To do” on every page, looked up at most every 20 seconds."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from growth.db import Database
from growth.operations import todo_entries
from growth.workspace import Workspace

log = logging.getLogger("growth.web")

_KEEP_SECONDS = 20.0


class Waiting:
    """The roles of what waits, kept for all viewers of this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._roles: list[tuple[str, ...]] = []
        self._until = 0.0
        self._lock = threading.Lock()

    def count(self, database: Database, workspace: Workspace, may: Callable[..., bool]) -> int:
        """How many of them are for somebody with these rights."""
        if self._now() >= self._until and self._lock.acquire(blocking=False):
            try:
                self._roles = _look(database, workspace)
                self._until = self._now() + _KEEP_SECONDS
            finally:
                self._lock.release()
        return sum(1 for roles in self._roles if may(*roles))

    def forget(self) -> None:
        """Something was changed: the next page looks again."""
        self._until = 0.0


def _look(database: Database, workspace: Workspace) -> list[tuple[str, ...]]:
    try:
        with database.read() as session:
            return [entry.roles for entry in todo_entries(session, workspace)]
    except Exception as fault:
        # a number beside a word must not take every page away; /todo itself shows the fault
        log.error("what waits cannot be counted", exc_info=fault)
        return []
