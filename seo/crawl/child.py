"""The fetching child: Scrapy as a relay. Orders come in on stdin, what was fetched goes out on stdout; redirects, retries, robots and pace
are the parent's business. ``python -m seo.crawl.child`` is started by `seo.crawl.fetcher` only.

Scrapy is tuned (figures in docs/explanation/speed.md): orders go straight to its download handlers (`seo.crawl.downloads`), without
middlewares, extensions or statistics; and made safe: http and https only, telnet off, sizes and times limited, addresses guarded by
`seo.crawl.guard`. What the browser renders goes through its engine.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

os.environ.setdefault("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "")

import msgspec
import scrapy
from scrapy import signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import CrawlerProcess
from scrapy.exceptions import StopDownload

from seo.answer import Fault
from seo.crawl import guard
from seo.crawl.downloads import Downloads, Signals
from seo.crawl.faults import fault_of
from seo.crawl.gate import Gate
from seo.crawl.helping import Reader, in_pipe
from seo.crawl.unpack import BadEncoding, TooLarge, unpack
from seo.crawl.wire import Fetched, Frames, Job, Order, Want, framed, job_decoder, order_decoder

#: bytes that wait for the parent before no more are fetched
BACKLOG_BYTES = 48 * 1024 * 1024
#: bytes that the parent has not taken yet at which pages are read here, for it is behind
READ_HERE_BYTES = 64 * 1024
#: a body of another type than text is read all the same up to this size, so that the connection can be kept
SMALL_BYTES = 64 * 1024
_TEXTUAL = (
    "text/",
    "application/xhtml",
    "application/xml",
    "application/json",
    "application/javascript",
    "application/rss",
    "application/atom",
)
#: what a browser sends; for the second look at a site that refuses programs
DISGUISE = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
    "Accept-Encoding": "gzip, deflate, br",
}


class Outbox:
    """Writes frames to the parent from a thread of its own, so that a parent that is busy judging holds up no download."""

    def __init__(self, descriptor: int) -> None:
        self.waiting_bytes = 0
        self._descriptor = descriptor
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, fetched: Fetched) -> None:
        """Queue one frame."""
        frame = framed(fetched)
        self.waiting_bytes += len(frame)
        self._frames.put(frame)

    def unread_bytes(self) -> int:
        """What the parent has still to take: what waits here, and what is in the pipe (where the system tells)."""
        return self.waiting_bytes + in_pipe(self._descriptor)

    def finish(self) -> None:
        """Wait until all is written, at most five seconds."""
        self._frames.put(None)
        self._thread.join(5)

    def _run(self) -> None:
        while (frame := self._frames.get()) is not None:
            view = memoryview(frame)
            while view:
                try:
                    view = view[os.write(self._descriptor, view) :]
                except OSError:
                    os._exit(0)  # the parent is gone; nobody wants the rest
            self.waiting_bytes -= len(frame)


class Visits(BaseScheduler):
    """Pages that wait for the browser, in the order in which they were fetched."""

    def __init__(self) -> None:
        self.requests: deque[scrapy.Request] = deque()

    def has_pending_requests(self) -> bool:
        """Always: the parent may send more; the child ends when its stdin does."""
        return True

    def enqueue_request(self, request: scrapy.Request) -> bool:
        """Put one at the end."""
        self.requests.append(request)
        return True

    def next_request(self) -> scrapy.Request | None:
        """The next one."""
        return self.requests.popleft() if self.requests else None


class Relay(scrapy.Spider):
    """Turns orders into requests and answers into frames."""

    name = "relay"

    def __init__(self, job: Job, inbox: int, outbox: Outbox, gate: socket.socket | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job, self.inbox, self.outbox, self.gate = job, inbox, outbox, gate
        self.frames = Frames()
        self.own = frozenset(job.own_hosts)
        self.plain_headers = {
            "User-Agent": job.user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": DISGUISE["Accept-Language"],
            "Accept-Encoding": DISGUISE["Accept-Encoding"],
        }
        self.own_headers = {**self.plain_headers, **job.headers}
        self.reader = Reader(job)

    async def start(self) -> AsyncIterator[Any]:
        """Begin to listen; requests are injected as orders come."""
        import asyncio

        self.downloads = Downloads(
            self.crawler,
            at_once=self.job.concurrency,
            ready=lambda: self.outbox.waiting_bytes <= BACKLOG_BYTES,
            answered=self._answered,
            failed=self._failed,
        )
        if self.gate is not None:
            await Gate(self.job.reach, self.job.max_bytes, self.job.timeout_s).open(self.gate)
        os.set_blocking(self.inbox, False)
        self.loop = asyncio.get_running_loop()
        self.loop.add_reader(self.inbox, self._read)
        nothing: tuple[Any, ...] = ()
        for one in nothing:
            yield one

    def _read(self) -> None:
        try:
            data = os.read(self.inbox, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            self.outbox.finish()
            os._exit(0)
        for body in self.frames.feed(data):
            self._take(order_decoder.decode(body))

    def _take(self, order: Order) -> None:
        own = host_of(order.url) in self.own
        headers = DISGUISE if order.disguised else self.own_headers if own else self.plain_headers
        meta = {"order": order, "download_maxsize": order.max_bytes or self.job.max_bytes, "download_timeout": self.job.timeout_s}
        try:
            request = scrapy.Request(
                order.url,
                method="HEAD" if order.want is Want.HEAD else "GET",
                headers=headers,
                meta=meta,
            )
        except ValueError as problem:
            self.outbox.put(Fetched(id=order.id, fault=Fault.PROTOCOL, fault_text=str(problem)[:300]))
            return
        self.downloads.take(request, own=own)

    def headers_received(self, headers: Any, body_length: int, request: scrapy.Request, spider: Any) -> None:
        """Stop where nobody wants the body."""
        order: Order = request.meta["order"]
        if order.want is Want.WHOLE:
            return
        if order.want is Want.PAGE:
            kind = (headers.get(b"Content-Type") or b"").strip().lower().decode("latin-1")
            if not kind or kind.startswith(_TEXTUAL) or (isinstance(body_length, int) and 0 <= body_length <= SMALL_BYTES):
                return
        raise StopDownload(fail=False)

    def _answered(self, request: scrapy.Request, response: Any) -> None:
        meta = request.meta
        order: Order = meta["order"]
        headers = {name.decode("latin-1").lower(): b", ".join(values).decode("latin-1") for name, values in response.headers.items()}
        body = response.body
        cut = "download_stopped" in response.flags or order.want is Want.HEAD
        fault, text = "", ""
        wire_bytes = len(body)
        if (encoding := headers.get("content-encoding")) and body and not cut:
            try:
                body = unpack(body, encoding, limit=meta["download_maxsize"])
            except TooLarge:
                body, fault = b"", Fault.TOO_LARGE
            except BadEncoding as problem:
                body, fault, text = b"", Fault.ENCODING, str(problem)[:300]
        fetched = Fetched(
            id=order.id,
            status=response.status,
            headers=headers,
            body=b"" if cut else body,
            wire_bytes=wire_bytes,
            cut=cut,
            ttfb_ms=round(meta.get("download_latency", 0) * 1000),
            total_ms=round((time.monotonic() - meta["begun"]) * 1000),
            fault=fault,
            fault_text=text,
        )
        if order.render and self.reader.can_read(order, fetched):
            self._show(order, fetched)
        else:
            self._hand_over(order, fetched)

    def _hand_over(self, order: Order, fetched: Fetched) -> None:
        """To the parent, read here where that is behind."""
        if order.want is Want.PAGE and not fetched.fault and self.outbox.unread_bytes() > max(READ_HERE_BYTES, 3 * len(fetched.body)):
            fetched = self.reader.read(order, fetched)
        self.outbox.put(fetched)

    def _show(self, order: Order, fetched: Fetched) -> None:
        """Have the browser make what it can of a page; whatever comes of it, the page as it was fetched is handed over."""
        from seo.crawl.browser import request_for

        request = request_for(order, fetched, self.job, callback=self._shown, errback=self._not_shown)
        self.crawler.engine.crawl(request)

    async def _shown(self, response: Any) -> None:
        visit = response.meta["visit"]
        rendered = await visit.finish(response.meta["playwright_page"])
        self._hand_over(response.meta["order"], msgspec.structs.replace(visit.fetched, rendered=rendered))

    async def _not_shown(self, failure: Any) -> None:
        from seo.crawl.browser import close

        meta = failure.request.meta
        if (page := meta.get("playwright_page")) is not None:
            await close(page)
        words = str(failure.value).strip().splitlines() or [type(failure.value).__name__]
        visit = meta["visit"]
        self._hand_over(meta["order"], msgspec.structs.replace(visit.fetched, rendered=visit.failed(words[0][:200])))

    def _failed(self, request: scrapy.Request, problem: Exception) -> None:
        meta = request.meta
        fault, text = fault_of(problem, request.url)
        took = round((time.monotonic() - meta["begun"]) * 1000)
        self.outbox.put(Fetched(id=meta["order"].id, fault=fault, fault_text=text[:300], total_ms=took))


def host_of(url: str) -> str:
    """Host and port as they stand in a normal URL."""
    return url.split("/", 3)[2].partition("?")[0] if url.count("/") >= 2 else ""


def settings_for(job: Job) -> dict[str, Any]:
    """Scrapy, tuned and made safe (see the module's text)."""
    return {
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "REDIRECT_ENABLED": False,
        "RETRY_ENABLED": False,
        "COOKIES_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "SCHEDULER": Visits,
        "CONCURRENT_ITEMS": 1,
        "CONCURRENT_REQUESTS": job.concurrency + 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": job.concurrency,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_TIMEOUT": job.timeout_s,
        "DOWNLOAD_MAXSIZE": job.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "DOWNLOAD_HANDLERS_BASE": {
            "http": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler",
            "https": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler",
        },
        "TWISTED_DNS_RESOLVER": guard.GuardedResolver,
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 64 * 1024 * 1024,
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
    }


def main() -> None:
    """Run until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it lets what is under way arrive
    logging.disable(logging.CRITICAL)
    inbox, out = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # nothing but frames may get into the pipe
    job = job_decoder.decode(_first_frame(inbox))
    guard.allow(job.reach)
    settings, gate = settings_for(job), None
    if job.browser:
        from seo.crawl import browser

        gate = socket.create_server(("127.0.0.1", 0))
        settings.update(browser.settings_for(job, gate.getsockname()[1]))
    process = CrawlerProcess(settings, install_root_handler=False)
    crawler = process.create_crawler(Relay)
    crawler.signals = Signals(crawler)
    process.crawl(crawler, job=job, inbox=inbox, outbox=Outbox(out), gate=gate)
    crawler.signals.connect(_on_headers, signal=signals.headers_received)
    process.start(install_signal_handlers=False)


def _on_headers(headers: Any, body_length: int, request: scrapy.Request, spider: Relay) -> None:
    spider.headers_received(headers, body_length, request, spider)


def _first_frame(descriptor: int) -> bytes:
    size = int.from_bytes(_exactly(descriptor, 4), "big")
    return _exactly(descriptor, size)


def _exactly(descriptor: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = os.read(descriptor, size - len(data))
        if not piece:
            sys.exit(0)
        data += piece
    return data


if __name__ == "__main__":
    main()
