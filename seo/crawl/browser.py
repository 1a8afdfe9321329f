"""Pages as a browser makes them: scrapy-playwright with the system's Chromium, in the fetching child, on its first page.

The page itself is not asked for twice: the browser is given the answer that was fetched, and only what its scripts load goes through
`seo.crawl.gate`. What no text needs is refused: images, media, fonts, frames, sockets, analytics (an audit is no visit), further windows,
downloads. A page's scripts may send it elsewhere: it stays, and the address is noted.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from typing import Any, ClassVar

import scrapy
from playwright.async_api import BrowserContext, Error, Page, Request, Route, WebSocketRoute
from scrapy.crawler import Crawler
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from seo.answer import Rendered
from seo.crawl.scope import netloc, origin_of
from seo.crawl.wire import Fetched, Job, Order
from seo.tags import is_analytics

#: pages in the browser at once
MOST_PAGES = 4
#: milliseconds without a change of the page after which it counts as finished, and the most that is waited for that
QUIET_MS = 400
SETTLE_MS = 6000
#: seconds that closing a page may take
_CLOSE_S = 5.0
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--dns-prefetch-disable",
    "--no-first-run",
    "--mute-audio",
    "--disable-dev-shm-usage",
    "--blink-settings=imagesEnabled=false",
    "--js-flags=--max-old-space-size=512",
    # nothing leaves past the gate: no name is resolved here, no datagram is sent
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_NEEDED = frozenset({"script", "stylesheet", "xhr", "fetch"})
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
#: resolves when the document has not changed for a while, with the length of what it has become
_SETTLED = """([quiet, most]) => new Promise(done => {
  const finish = () => { watch.disconnect(); clearTimeout(timer); clearTimeout(end); done(document.documentElement.outerHTML.length) }
  const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(finish, quiet) })
  let timer = setTimeout(finish, quiet)
  const end = setTimeout(finish, most)
  watch.observe(document, {subtree: true, childList: true, characterData: true, attributes: true})
})"""
_NO_WINDOWS = "window.open = () => null"


class Handler(ScrapyPlaywrightDownloadHandler):
    """One browser for both schemes; requests without ``playwright`` in their meta go the ordinary way."""

    _made: ClassVar[dict[int, Handler]] = {}

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # a page that was closed because it hangs would hang again
        self.config.target_closed_max_retries = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Handler:
        """The same one for http and https: each would start a browser of its own."""
        if id(crawler) not in cls._made:
            cls._made[id(crawler)] = cls(crawler)
        return cls._made[id(crawler)]


def settings_for(job: Job, gate_port: int) -> dict[str, Any]:
    """What Scrapy needs to know of the browser."""
    return {
        "DOWNLOAD_HANDLERS_BASE": {"http": Handler, "https": Handler},
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": job.browser,
            "args": list(FLAGS),
            # root has no sandbox; anybody else does
            "chromium_sandbox": hasattr(os, "geteuid") and os.geteuid() != 0,
            "proxy": {"server": f"http://127.0.0.1:{gate_port}"},
            "handle_sigint": False,
            "handle_sigterm": False,
            "handle_sighup": False,
            "timeout": 60_000,
        },
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": min(MOST_PAGES, job.concurrency),
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": job.timeout_s * 1000,
        "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
    }


def request_for(order: Order, fetched: Fetched, job: Job, *, callback: Any, errback: Any) -> scrapy.Request:
    """The request that shows `fetched` to the browser; `callback` gets a response whose page is still open."""
    visit = Visit(order.url, fetched, job)
    meta = {
        "order": order,
        "visit": visit,
        "playwright": True,
        "playwright_include_page": True,
        "playwright_context": "crawl",
        "playwright_context_kwargs": {
            "user_agent": job.user_agent,
            "locale": "zh-CN",
            "accept_downloads": False,
            "service_workers": "block",
        },
        "playwright_page_goto_kwargs": {"wait_until": "commit"},
        "playwright_page_init_callback": visit.prepare,
    }
    return scrapy.Request(order.url, callback=callback, errback=errback, meta=meta, dont_filter=True)


class Visit:
    """One page in the browser, and what it asked for."""

    #: contexts that refuse windows of their own, and the origins in them that have the site's cookies
    _ready: ClassVar[dict[int, set[str]]] = {}

    def __init__(self, url: str, fetched: Fetched, job: Job) -> None:
        self.url, self.fetched, self.job = url, fetched, job
        self.own = frozenset(job.own_hosts)
        self.headers = {name: value for name, value in job.headers.items() if name.lower() != "cookie"}
        self.requests = self.foreign = self.blocked = 0
        self.moved_to = ""
        self.shown = False
        self.begun = time.monotonic()
        self._watch: asyncio.TimerHandle | None = None

    async def prepare(self, page: Page, _request: scrapy.Request) -> None:
        """Before the page opens: what it may ask for."""
        self.begun = time.monotonic()
        await self._prepare_context(page.context)
        await page.add_init_script(_NO_WINDOWS)
        await page.route("**", self._asked)
        await page.route_web_socket("**", self._socket)
        page.on("popup", _close_soon)
        # nothing that is asked of a page whose scripts never end is answered
        self._watch = asyncio.get_running_loop().call_later(self.job.timeout_s, _close_soon, page)

    async def finish(self, page: Page) -> Rendered:
        """Wait until the page has settled, take what it has become, close it."""
        html, fault = b"", ""
        self.unwatch()
        try:
            async with asyncio.timeout(self.job.timeout_s):
                with suppress(Error):  # what never comes to rest is taken as it is
                    await page.wait_for_load_state("networkidle", timeout=min(SETTLE_MS, self.job.timeout_s * 500))
                length = await page.evaluate(_SETTLED, [QUIET_MS, SETTLE_MS // 2])
                if length > self.job.max_bytes:
                    fault = "too-large"
                else:
                    html = (await page.content()).encode("utf-8", "replace")
        except TimeoutError:
            fault = "timeout"
        except Error as problem:
            fault = problem.message.strip().splitlines()[0][:200]
        finally:
            await close(page)
        return self.rendered(html, fault)

    def unwatch(self) -> None:
        """The page need not be closed by and by any more."""
        if self._watch is not None:
            self._watch.cancel()

    def failed(self, problem: str) -> Rendered:
        """The page never opened, or was closed because it hung."""
        self.unwatch()
        hung = time.monotonic() - self.begun >= self.job.timeout_s
        return self.rendered(b"", "timeout" if hung else problem)

    def rendered(self, html: bytes, fault: str) -> Rendered:
        """What came of it."""
        return Rendered(
            html=html,
            fault=fault,
            requests=self.requests,
            foreign=self.foreign,
            blocked=self.blocked,
            moved_to=self.moved_to,
            ms=round((time.monotonic() - self.begun) * 1000),
        )

    async def _prepare_context(self, context: BrowserContext) -> None:
        origins = self._ready.get(id(context))
        if origins is None:
            origins = self._ready[id(context)] = set()
            await context.route("**", _refuse)  # windows that a page opens all the same: a page's own route comes first
        origin = origin_of(self.url)
        if origin not in origins:
            origins.add(origin)
            pairs = [one.strip().partition("=") for one in self.job.headers.get("Cookie", "").split(";") if "=" in one]
            if pairs and netloc(self.url) in self.own:
                await context.add_cookies([{"name": name, "value": value, "url": origin + "/"} for name, _mark, value in pairs])

    async def _asked(self, route: Route, request: Request) -> None:
        with suppress(Error):  # the page was closed meanwhile
            if request.is_navigation_request() and request.frame.parent_frame is None:
                await self._navigates(route, request)
            elif not self._may(request):
                self.blocked += 1
                await route.abort("blockedbyclient")
            elif netloc(request.url) not in self.own:
                self.foreign += 1
                await route.continue_()
            else:
                self.requests += 1
                await self._own(route, request)

    async def _socket(self, socket: WebSocketRoute) -> None:
        self.blocked += 1
        with suppress(Error):
            await socket.close()

    async def _navigates(self, route: Route, request: Request) -> None:
        if self.shown:
            self.moved_to = self.moved_to or request.url[:2100]
            await route.abort("aborted")
            return
        self.shown = True
        headers = {name: value for name, value in self.fetched.headers.items() if name not in _OF_THE_WIRE}
        await route.fulfill(status=self.fetched.status, headers=headers, body=self.fetched.body)

    async def _own(self, route: Route, request: Request) -> None:
        if not self.headers:
            await route.continue_()
            return
        # the browser would take a log-in along to wherever the answer redirects
        answer = await route.fetch(headers={**request.headers, **self.headers}, max_redirects=0, timeout=self.job.timeout_s * 1000)
        await route.fulfill(response=answer)

    def _may(self, request: Request) -> bool:
        """Scripts, styles and data: reading anywhere, sending to the site itself."""
        if request.resource_type not in _NEEDED or is_analytics(request.url):
            return False
        return request.method in _READS or netloc(request.url) in self.own


async def close(page: Page) -> None:
    """Close a page, whatever state it is in."""
    with suppress(Error, TimeoutError):
        await asyncio.wait_for(page.close(), _CLOSE_S)


async def _refuse(route: Route) -> None:
    with suppress(Error):
        await route.abort("blockedbyclient")


_closing: set[asyncio.Task[None]] = set()


def _close_soon(page: Page) -> None:
    task = asyncio.get_running_loop().create_task(close(page))
    _closing.add(task)
    task.add_done_callback(_closing.discard)


#: headers of the bytes that travelled, not of the page
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"})
