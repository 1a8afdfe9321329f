"""A browser for tests of pages: the real ASGI application without a socket, cookies kept, forms with their token.

``web.browser("seo")`` is a user with that role, ``web.browser("viewer", "seo")`` one with two, ``web.stranger()`` nobody.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import anyio.from_thread
import httpx
import pytest

from growth import accounts
from growth.db import Database
from growth.web import create_app
from growth.web.cookies import FORM, SESSION, csrf_token
from growth.web.door import Door
from growth.workspace import Workspace
from tests.conftest import NOW

_numbers = itertools.count(1)


class Clock:
    """The time of a test: stands still until it is told to move."""

    def __init__(self, start: datetime = NOW) -> None:
        self.at = start

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


class Browser:
    """Keeps cookies; `post` sends the token of the form as the page would."""

    def __init__(self, web: Web, address: str = "127.0.0.1") -> None:
        self.web = web
        self.address = address
        self.cookies: dict[str, str] = {}
        self.user: accounts.User | None = None

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """GET; redirects are not followed."""
        return self.send("GET", path, headers=headers)

    def post(
        self, path: str, data: Mapping[str, Any] | None = None, *, headers: Mapping[str, str] | None = None, files: Any = None
    ) -> httpx.Response:
        """POST a form of ours, with its token."""
        token = csrf_token(self.cookies.get(SESSION) or self.cookies.get(FORM, ""))
        return self.send("POST", path, data={**(data or {}), "_csrf_token": token}, headers=headers, files=files)

    def send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> httpx.Response:
        """Any request, as it is; a header given as None is left out."""
        sent: dict[str, str] = {"host": "localhost", **(headers or {})}
        if self.cookies:
            sent.setdefault("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        response = self.web.request(method, path, headers=sent, address=self.address, **more)
        for name, value in response.cookies.items():
            self.cookies[name] = value
        for line in response.headers.get_list("set-cookie"):
            if "max-age=0" in line.lower():
                self.cookies.pop(line.partition("=")[0], None)
        return response


class Web:
    """The application over one database."""

    def __init__(self, database: Database, portal: anyio.from_thread.BlockingPortal, *, clock: Clock | None = None, **more: Any) -> None:
        self.database = database
        self.clock = clock or Clock()
        self.app: Door = create_app(database.workspace, database, now=self.clock, **more)
        self._portal = portal
        self._stack = ExitStack()
        self.app.at_start(self._stack)

    @property
    def workspace(self) -> Workspace:
        """The workspace it serves."""
        return self.app.shell.current()

    def close(self) -> None:
        """Leave what the pages keep running."""
        self._stack.close()

    def stranger(self, address: str = "127.0.0.1") -> Browser:
        """A browser that is not logged in."""
        return Browser(self, address)

    def browser(self, *roles: str, name: str = "", address: str = "127.0.0.1") -> Browser:
        """A browser that is logged in as a new user with `roles`."""
        browser = Browser(self, address)
        with self.database.write() as session:
            browser.user = accounts.add_user(
                session, name=name or f"{'-'.join(roles)}-{next(_numbers)}", roles=roles, actor="test", now=self.clock()
            )
            browser.cookies[SESSION] = accounts.start_session(session, user_id=browser.user.id, address=address, now=self.clock())
        return browser

    def request(self, method: str, path: str, *, address: str = "127.0.0.1", **more: Any) -> httpx.Response:
        """One request through the whole application."""

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(address, 40000), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path, **more)

        return self._portal.call(run)


@pytest.fixture(scope="session")
def portal() -> Iterator[anyio.from_thread.BlockingPortal]:
    """One event loop for all requests of a test run."""
    with anyio.from_thread.start_blocking_portal() as found:
        yield found


@pytest.fixture
def make_web(portal: anyio.from_thread.BlockingPortal) -> Iterator[Callable[..., Web]]:
    """``make_web(database)`` → the application over any database."""
    made: list[Web] = []

    def make(database: Database, **more: Any) -> Web:
        made.append(Web(database, portal, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def web(database: Database, make_web: Callable[..., Web]) -> Web:
    """The application of the smallest workspace, on each engine."""
    return make_web(database)
