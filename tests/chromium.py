"""Debian's chromium driven against the real application on a socket of 127.0.0.1.

``site = serve(database)`` → `Site`; ``site.open(user, "/settings", theme="dark", width=390)`` → a playwright page, whose `said` are the
lines of its console and its failed requests; ``violations(page)`` are axe's.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Request, sync_playwright

from growth.db import Database
from growth.web.cookies import SESSION
from tests.conftest import chromium
from tests.web import Browser, Web

FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"


@dataclass
class Site:
    """The application at `url`; `web` makes users."""

    url: str
    web: Web
    engine: Chromium
    said: list[str] = field(default_factory=list)

    def open(self, user: Browser | None, path: str, *, width: int = 1280, theme: str = "light", script: bool = True) -> Page:
        """A page in a browser of its own."""
        context = self.engine.new_context(
            viewport={"width": width, "height": 860},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=script,
            has_touch=width < 500,
            locale="zh-CN",
        )
        if user is not None:
            context.add_cookies([{"name": SESSION, "value": user.cookies[SESSION], "url": self.url}])
        page = context.new_page()
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda fault: self.said.append(str(fault)))
        page.on("requestfailed", self._note_failed)
        page.on("request", self._note_foreign)
        page.goto(self.url + path)
        return page

    def _note_failed(self, request: Request) -> None:
        # the browser asks for the icon when it likes, and drops that request when the page is left meanwhile
        if not (request.failure == "net::ERR_ABORTED" and request.url.endswith("/favicon.svg")):
            self.said.append(f"{request.url} {request.failure}")

    def _note_foreign(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:")):
            self.said.append(f"leaves for {request.url}")


def violations(page: Page) -> list[str]:
    """What axe finds: rule and place."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.fixture(scope="module")
def engine() -> Iterator[Chromium]:
    """One chromium for the tests of a file: while Playwright runs, nothing else in the thread may run an event loop."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def serve(engine: Chromium, make_web: Callable[..., Web]) -> Iterator[Callable[..., Site]]:
    """``serve(database)`` → the application on a socket."""
    servers: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(database: Database, **more: Any) -> Site:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        web = make_web(database, **more)
        server = uvicorn.Server(uvicorn.Config(web.app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        servers.append((server, thread))
        return Site(f"http://127.0.0.1:{port}", web, engine)

    yield start
    for server, thread in servers:
        server.should_exit = True
        thread.join(10)
