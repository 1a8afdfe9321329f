"""The door: an ASGI application around Litestar. Nothing passes it with a foreign Host; no answer leaves it without its headers.

Order: lifespan → host and client → static files → bare routes (the collector) → Litestar.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import ExitStack
from typing import Any, Final, cast

from growth.web.arrival import Arrival, ForeignHost, Ways, arrive, ways_of, without_prefix
from growth.web.bare import Asked, Bare, Reply, problem
from growth.web.headers import with_headers
from growth.web.limits import Limit, Purpose, public_limit
from growth.web.shell import Shell
from growth.workspace import Workspace

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("growth.web")


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
        self._seen: tuple[Workspace, Ways, Limit] | None = None

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
            arrival = arrive(cast(Any, scope), self._settings()[1])
        except ForeignHost:
            await _send(sent, _FOREIGN)
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
                await _send(sent, self._bare(found, arrival, scope, await _body(scope, receive, found.most_bytes)))
            else:
                await self.inside(scope, receive, sent)
        finally:
            self.shell.numbers.count(kind if kind != "page" else _kind(scope), status, time.perf_counter() - begun)

    def _settings(self) -> tuple[Workspace, Ways, Limit]:
        """The workspace as it is now, the ways to it and the limit of public routes; worked out anew only when it was read anew."""
        workspace = self.shell.current()
        if self._seen is None or self._seen[0] is not workspace:
            self._seen = (workspace, ways_of(workspace, *self.extra_hosts), public_limit(workspace))
        return self._seen

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

    def bare_route(self, path: str) -> Bare | None:
        """The bare route at a path as the client asks for it."""
        return self.bare_routes.get(without_prefix(path, self._settings()[1].prefix))

    def reply(self, found: Bare, scope: Scope, body: bytes | None) -> tuple[Reply, bool]:
        """What `found` answers at once, and whether over TLS, for a server that has all of the request; a `body` too long is None."""
        begun = time.perf_counter()
        try:
            arrival = arrive(cast(Any, scope), self._settings()[1])
        except ForeignHost:
            return _FOREIGN, False
        try:
            reply = self._bare(found, arrival, scope, body)
        except Exception:
            log.exception("%s %s", arrival.id, arrival.path)
            reply = problem(500, "Internal Server Error")
        self.shell.numbers.count("bare", reply.status, time.perf_counter() - begun)
        return reply, arrival.secure

    def _bare(self, found: Bare, arrival: Arrival, scope: Scope, body: bytes | None) -> Reply:
        method = scope["method"]
        if method not in found.methods and method != "OPTIONS":
            return problem(405, "Method not allowed", (b"allow", ", ".join(found.methods).encode()))
        if seconds := self.shell.limits.take(Purpose.PUBLIC, arrival.network, self._settings()[2]):
            return problem(429, "Too many requests", (b"retry-after", str(max(1, round(seconds + 0.5))).encode()))
        if body is None:
            return problem(413, "Too large")
        return found.answer(Asked(method, dict(scope["headers"]), scope["query_string"], body, arrival, self.shell))

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


async def _body(scope: Scope, receive: Receive, most_bytes: int) -> bytes | None:
    """The whole body; None where it is, or says that it is, longer than `most_bytes`."""
    announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not announced.isdigit() or int(announced) > most_bytes:
        return None
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most_bytes:
            return None
        if not message.get("more_body"):
            return body


def _kind(scope: Scope) -> str:
    handler = scope.get("route_handler")
    rules = handler.opt.get("rules") if handler is not None else None
    return str(rules.kind) if rules is not None else "other"


_FOREIGN: Final = Reply(
    400,
    ((b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"34")),
    b"400: this host is not served here\n",
)


async def _send(send: Send, reply: Reply) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
    await send({"type": "http.response.body", "body": reply.body})


async def _answer(
    send: Send, status: int, body: bytes, media_type: bytes, more: list[tuple[bytes, bytes]] | None = None, *, head: bool = False
) -> None:
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode()), *(more or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
