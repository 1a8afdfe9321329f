"""Calls back to the program under test: reports, replies, events. Only to this machine, with the vendor's own retries."""

from __future__ import annotations

import heapq
import ipaddress
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from growth.errors import GrowthError


class NotHere(GrowthError):
    """An address that is not on this machine: the sandbox never calls it."""


def local_url(url: str) -> str:
    """`url` where it leads to this machine. Raises NotHere."""
    try:
        host = urlsplit(url).hostname or ""
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here or urlsplit(url).scheme not in ("http", "https"):
        raise NotHere(f"{url[:80]!r} is not on this machine", fix="the sandbox calls addresses such as http://127.0.0.1:8000/… only")
    return url


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one call went; `answered` is whether the other side took it."""

    url: str
    attempt: int
    answered: bool
    status: int | None
    body: str


#: makes one call and says how it went: (url, body, attempt) → Outcome
Call = Callable[[str, bytes, int], Outcome]


@dataclass(order=True, slots=True)
class _Due:
    at: float
    order: int
    url: str = field(compare=False)
    body: bytes = field(compare=False)
    attempt: int = field(compare=False)


class Pusher:
    """Delivers bodies in a thread of its own; one that is not taken is tried again after each of `retries` (seconds), then given up."""

    def __init__(self, call: Call, *, retries: Sequence[float]) -> None:
        self._call = call
        self._waiting: list[_Due] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._busy = False
        self.retries = tuple(retries)
        self.outcomes: list[Outcome] = []

    def push(self, url: str, body: bytes, *, after: float = 0.0) -> None:
        """Call `url` with `body` in `after` seconds. Raises NotHere."""
        self._put(_Due(time.monotonic() + after, next(self._order), local_url(url), body, 1))

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is due any more within `timeout` seconds; whether that was reached."""
        until = time.monotonic() + timeout
        with self._changed:
            while self._waiting or self._busy:
                if not self._changed.wait(max(0.0, until - time.monotonic())):
                    return False
        return True

    def stop(self) -> None:
        """Give up what is waiting."""
        with self._changed:
            self._stopped = True
            self._waiting.clear()
            self._changed.notify_all()

    def _put(self, due: _Due) -> None:
        with self._changed:
            heapq.heappush(self._waiting, due)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sandbox-pusher", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _run(self) -> None:
        while (due := self._next()) is not None:
            outcome = self._call(due.url, due.body, due.attempt)
            self.outcomes.append(outcome)
            if not outcome.answered and due.attempt <= len(self.retries):
                wait = self.retries[due.attempt - 1]
                self._put(_Due(time.monotonic() + wait, next(self._order), due.url, due.body, due.attempt + 1))
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _next(self) -> _Due | None:
        with self._changed:
            while not self._stopped:
                wait = self._waiting[0].at - time.monotonic() if self._waiting else None
                if wait is not None and wait <= 0:
                    self._busy = True
                    return heapq.heappop(self._waiting)
                self._changed.wait(wait)
        return None
