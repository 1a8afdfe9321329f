"""Answers settle in the order in which their requests were sent, so that the same site always gives the same crawl.

A page that is slow holds the others up for at most `PATIENCE_S`; then it is taken out of the line and settles when it comes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

#: seconds that answers wait for the one before them
PATIENCE_S = 0.5


class InOrder(Generic[T]):
    """A line of ids; results are handed out in the line's order."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self.patience_s = patience_s
        self._line: deque[int] = deque()
        self._done: dict[int, T] = {}
        self._late: set[int] = set()
        self._waiting_since: float | None = None

    def __len__(self) -> int:
        return len(self._line) + len(self._late)

    def sent(self, id: int) -> None:
        """A request went out."""
        self._line.append(id)

    def leave(self, id: int) -> None:
        """It will settle some time later, out of order (it is tried again)."""
        if id not in self._late:
            self._line.remove(id)
            self._late.add(id)

    def settled_now(self, id: int, result: T, now: float) -> Iterator[T]:
        """A result came; yields what may be settled by it."""
        if id in self._late:
            self._late.discard(id)
            yield result
            return
        self._done[id] = result
        yield from self.due(now)

    def due(self, now: float) -> Iterator[T]:
        """What may be settled at `now` (seconds of a monotonic clock)."""
        while self._line:
            head = self._line[0]
            if head in self._done:
                self._line.popleft()
                self._waiting_since = None
                yield self._done.pop(head)
            elif not self._done:
                self._waiting_since = None
                return
            elif self._waiting_since is None:
                self._waiting_since = now
                return
            elif now - self._waiting_since >= self.patience_s:
                self._late.add(self._line.popleft())
                self._waiting_since = None
            else:
                return
