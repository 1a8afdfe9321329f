"""Hands requests straight to Scrapy's download handlers.

Scheduler, middlewares and scraper would decide nothing here and cost as much processor time as the download itself: what is fetched and
when is the parent's business, and each answer goes to it as it came. Names, connections, TLS and all limits are the handlers'.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.signalmanager import SignalManager

#: seconds after which is looked again whether the parent has caught up
_AGAIN_S = 0.05


class Downloads:
    """Requests under way: `at_once` of those to the site itself, no more while `ready` says no; other hosts as the parent asks for them."""

    def __init__(
        self,
        crawler: Crawler,
        *,
        at_once: int,
        ready: Callable[[], bool],
        answered: Callable[[scrapy.Request, Any], None],
        failed: Callable[[scrapy.Request, Exception], None],
    ) -> None:
        assert crawler.engine is not None
        self._download = crawler.engine.downloader.handlers.download_request_async
        self._loop = asyncio.get_running_loop()
        self._at_once, self._ready, self._answered, self._failed = at_once, ready, answered, failed
        self._waiting: deque[scrapy.Request] = deque()
        self._own = 0
        self._later: asyncio.TimerHandle | None = None
        #: the loop itself holds tasks by weak references only
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, request: scrapy.Request, *, own: bool) -> None:
        """Fetch one; one to the site itself when it is its turn."""
        if own:
            self._waiting.append(request)
            self._go_on()
        else:
            self._begin(request, own)

    def _go_on(self) -> None:
        while self._waiting and self._own < self._at_once:
            if not self._ready():
                if self._later is None:
                    self._later = self._loop.call_later(_AGAIN_S, self._again)
                return
            self._own += 1
            self._begin(self._waiting.popleft(), True)

    def _again(self) -> None:
        self._later = None
        self._go_on()

    def _begin(self, request: scrapy.Request, own: bool) -> None:
        request.meta["begun"] = time.monotonic()
        task = self._loop.create_task(self._fetch(request, own))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fetch(self, request: scrapy.Request, own: bool) -> None:
        try:
            response = await self._download(request)
        except Exception as problem:  # noqa: BLE001 - whatever went wrong is told as the answer's fault
            self._left(own)
            self._failed(request, problem)
        else:
            self._left(own)
            self._answered(request, response)

    def _left(self, own: bool) -> None:
        self._own -= own
        self._go_on()


class Signals(SignalManager):
    """Sends only what somebody here listens to: looking for listeners of every piece of every body is a twentieth of a download."""

    def send_catch_log(self, signal: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Send a signal; those of single pieces and steps have no listeners."""
        return [] if signal in _UNHEARD else super().send_catch_log(signal, **kwargs)


_UNHEARD = (signals.bytes_received, signals.request_scheduled, signals.request_reached_downloader, signals.request_left_downloader)
