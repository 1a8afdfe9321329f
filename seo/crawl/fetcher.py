"""The parent's end of the fetching child: send orders, take what was fetched, start it anew when it dies or hangs."""

from __future__ import annotations

import os
import select
import time
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from growth.errors import Unfinished
from growth.language import _
from seo.answer import Answer
from seo.certificate import certificate_of
from seo.crawl.process import Child
from seo.crawl.wire import Frames, Job, Order, answer_of, fetched_decoder, framed
from seo.readout import Readout

#: seconds without a sign of life, beyond the time limit of an answer, after which a child counts as hanging
PATIENCE = 60.0
#: how often a child may be started anew in one crawl
STARTS = 5
#: size of the pipe that answers come through, where the system allows it
PIPE_BYTES = 1 << 20
#: bytes that are taken out of it at once: the rest stays where the child can see that this process is behind
TAKE_BYTES = 1 << 16


class Arrival(NamedTuple):
    """What came back for an order; the page in it where it was read on the way."""

    order: Order
    answer: Answer
    readout: Readout | None = None


class Fetches(Protocol):
    """What a walk needs of whoever fetches for it."""

    #: orders under way by id
    outstanding: dict[int, Order]

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        """End; what is under way is given up."""

    def send(self, order: Order) -> None:
        """Take an order."""

    def take(self, wait_s: float) -> list[Arrival]:
        """What came back, waiting at most `wait_s` seconds for the first."""

    def certificate(self, host: str, port: int) -> dict[str, Any]:
        """What is known of the certificate of an https origin."""


class Fetcher:
    """Owns the child (one that was begun before, or a new one). `outstanding` holds the orders under way by id."""

    def __init__(self, job: Job, child: Child | None = None) -> None:
        self.job = job
        self.outstanding: dict[int, Order] = {}
        self._starts = 0
        self._again: set[int] = set()
        self._alive = time.monotonic()
        self._start(child or Child())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def send(self, order: Order) -> None:
        """Hand an order to the child."""
        self.outstanding[order.id] = order
        self._child.write(framed(order))

    def take(self, wait_s: float) -> list[Arrival]:
        """What came back, waiting at most `wait_s` seconds for the first."""
        ready, _w, _x = select.select([self._child.out], [], [], wait_s)
        if not ready:
            if self.outstanding and time.monotonic() - self._alive > self.job.timeout_s + PATIENCE:
                self._restart()
            return []
        data = os.read(self._child.out, TAKE_BYTES)
        if not data:
            self._restart()
            return []
        self._alive = time.monotonic()
        found = []
        for body in self._frames.feed(data):
            fetched = fetched_decoder.decode(body)
            order = self.outstanding.pop(fetched.id, None)
            if order is not None:
                found.append(Arrival(order, answer_of(order, fetched), fetched.readout))
        if not self.outstanding:
            self._alive = time.monotonic()
        return found

    def certificate(self, host: str, port: int) -> dict[str, Any]:
        """What is known of an https origin's certificate (see `seo.certificate`)."""
        return certificate_of(host, port, reach=self.job.reach)

    def close(self) -> None:
        """End the child; what is under way is given up."""
        self._child.close()

    def _start(self, child: Child) -> None:
        self._starts += 1
        self._child = child
        _widen(child.out)
        self._frames = Frames()
        self._alive = time.monotonic()
        child.write(framed(self.job))

    def _restart(self) -> None:
        """A new child for one that died or hangs; orders that were under way are sent once more, then given up as failed."""
        words = self._child.last_words()
        self.close()
        if self._starts >= STARTS:
            raise Unfinished(
                _("the fetching process ended {n} times; its last words: {words}", n=self._starts, words=words),
                fix="growth seo audit --resume",
            )
        self._start(Child())
        for order in list(self.outstanding.values()):
            if order.id in self._again:
                self._child.write(framed(Order(id=order.id, url="about:blank")))
            else:
                self._again.add(order.id)
                self._child.write(framed(order))


def _widen(descriptor: int) -> None:
    """A larger pipe, so that the child can go on while the parent judges. Linux only; elsewhere the default stays."""
    try:
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        pass
