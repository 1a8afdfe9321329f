"""The door: an ASGI application around Litestar. Nothing passes it with a foreign Host; no answer leaves it without its headers.

Order: lifespan → host and client → static files → bare routes (the collector) → Litestar.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, cast

from growth.web.answers import PROBLEM
from growth.web.arrival import Arrival, ForeignHost, Ways, arrive, ways_of
from growth.web.headers import with_headers
from growth.web.limits import Purpose, public_limit
from growth.web.shell import Shell
from growth.workspace import Workspace

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("growth.web")

#: most bytes of a body at a bare route
BARE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """A route that is an ASGI application of its own, for what must be very quick. Host, headers, rate and size are still checked;
    ``scope["growth.arrival"]`` has the client's address, ``scope["growth.shell"]`` the database.
    """

    path: str
    app: ASGIApp
    most_bytes: int = BARE_BYTES
    methods: tuple[str, ...] = ("POST",)


def bare(path: str, app: ASGIApp, *, most_bytes: int = BARE_BYTES, methods: tuple[str, ...] = ("POST",)) -> Bare:
    """A bare ASGI route at exactly `path`, to be returned by a function of `App.pages`."""
    return Bare(path=path, app=app, most_bytes=most_bytes, methods=methods)


class Door:
    """The ASGI application that `create_app` gives. `extra_hosts` are hosts named on the command line."""

    def __init__(
        self,
        inside: ASGIApp,
        *,
        shell: Shell,
        bare_routes: Mapping[str, Bare],
        at_start: Callable[[ExitStack], None],
        extra_hosts: frozenset[str] = frozenset(),
    ) -> None:
        self.inside = inside
        self.shell = shell
        self.bare_routes = bare_routes
        self.at_start = at_start
        self.extra_hosts = extra_hosts
        self._seen: tuple[Workspace, Ways] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.perf_counter()
        secure = False
        status = 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": with_headers(message.get("headers", []), secure=secure)}
            await send(message)

        try:
            arrival = arrive(cast(Any, scope), self._ways())
        except ForeignHost:
            await _answer(sent, 400, b"400: this host is not served here\n", b"text/plain; charset=utf-8")
            return
        secure = arrival.secure
        scope = {**scope, "path": arrival.path, "growth.arrival": arrival, "growth.shell": self.shell}
        kind = "page"
        try:
            if arrival.path.startswith("/static/"):
                kind = "static"
                await self._static(arrival, scope, sent)
            elif (found := self.bare_routes.get(arrival.path)) is not None:
                kind = "bare"
                await self._bare(found, arrival, scope, receive, sent)
            else:
                await self.inside(scope, receive, sent)
        finally:
            self.shell.numbers.count(kind if kind != "page" else _kind(scope), status, time.perf_counter() - begun)

    def _ways(self) -> Ways:
        """The ways to the workspace as it is now; worked out anew only when it was read anew."""
        workspace = self.shell.current()
        if self._seen is None or self._seen[0] is not workspace:
            self._seen = (workspace, ways_of(workspace, *self.extra_hosts))
        return self._seen[1]

    async def _static(self, arrival: Arrival, scope: Scope, send: Send) -> None:
        found = self.shell.static.find(arrival.path)
        if found is None or scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 404, b"404\n", b"text/plain; charset=utf-8")
            return
        file, cache = found
        packs = any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
        more = [(b"cache-control", cache), (b"vary", b"Accept-Encoding"), *([(b"content-encoding", b"gzip")] if packs else [])]
        body = file.packed if packs else file.content
        await _answer(send, 200, body, file.media_type.encode(), more, head=scope["method"] == "HEAD")

    async def _bare(self, found: Bare, arrival: Arrival, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in found.methods and scope["method"] != "OPTIONS":
            await _problem(send, 405, "Method not allowed", [(b"allow", ", ".join(found.methods).encode())])
            return
        if seconds := self.shell.limits.take(Purpose.PUBLIC, arrival.network, public_limit(self.shell.current())):
            await _problem(send, 429, "Too many requests", [(b"retry-after", str(max(1, round(seconds + 0.5))).encode())])
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not announced.isdigit() or int(announced) > found.most_bytes:
            await _problem(send, 413, "Too large")
            return
        await found.app(scope, _limited(receive, found.most_bytes), send)

    async def _live(self, _scope: Scope, receive: Receive, send: Send) -> None:
        stack = ExitStack()
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    self.at_start(stack)
                except Exception as fault:
                    log.error("the web process cannot start", exc_info=fault)
                    stack.close()
                    await send({"type": "lifespan.startup.failed", "message": str(fault)})
                    return
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                stack.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


class BodyTooLong(Exception):
    """A body that announced no length grew past the route's limit; a bare route answers 413."""


def _limited(receive: Receive, most_bytes: int) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most_bytes:
            raise BodyTooLong
        return message

    return limited


def _kind(scope: Scope) -> str:
    handler = scope.get("route_handler")
    rules = handler.opt.get("rules") if handler is not None else None
    return str(rules.kind) if rules is not None else "other"


async def _problem(send: Send, status: int, title: str, more: list[tuple[bytes, bytes]] | None = None) -> None:
    body = f'{{"type": "about:blank", "title": "{title}", "status": {status}}}'.encode()
    await _answer(send, status, body, PROBLEM.encode(), more)


async def _answer(
    send: Send, status: int, body: bytes, media_type: bytes, more: list[tuple[bytes, bytes]] | None = None, *, head: bool = False
) -> None:
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode()), *(more or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
