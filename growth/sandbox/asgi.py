"""A very small ASGI floor for the stand-ins: a request as bytes in, an answer as bytes out, handlers in threads.

A stand-in must see a request as it came (signatures are over raw bytes) and must be able to misbehave: answer late,
with any status, or cut the line in mid-answer. A web framework stands in the way of both.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, unquote

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: a request body beyond this gets 413
BODY_LIMIT_BYTES = 10_000_000
_HTML = "text/html; charset=utf-8"
_JSON = "application/json; charset=utf-8"


class NotJson(ValueError):
    """The body is no JSON document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request. Header names are lower case; `parts` are the named pieces of the path; `base` is scheme and host."""

    method: str
    path: str
    raw_query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = ""
    base: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """Query parameters; the first of each name wins."""
        return _first(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """Fields of a posted form, urlencoded or multipart; files are left out."""
        kind = self.headers.get("content-type", "")
        if kind.startswith("multipart/form-data"):
            head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1")
            found = BytesParser(policy=HTTP).parsebytes(head + self.body)
            pairs = []
            for part in found.iter_parts():
                name = part.get_param("name", header="content-disposition")
                if name and part.get_filename() is None:
                    content = part.get_payload(decode=True)
                    pairs.append((str(name), content.decode("utf-8", "replace") if isinstance(content, bytes) else ""))
            return _first(pairs)
        return _first(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies by name; unreadable ones are left out."""
        jar: SimpleCookie = SimpleCookie()
        with suppress(CookieError):
            jar.load(self.headers.get("cookie", ""))
        return {name: morsel.value for name, morsel in jar.items()}

    @property
    def json(self) -> Any:
        """The body as JSON. Raises NotJson."""
        try:
            return json.loads(self.body.decode("utf-8"))
        except ValueError as fault:
            raise NotJson(str(fault)) from fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What goes back. With `cut` the connection is closed after the status line and half the body: a fault to be survived."""

    body: bytes = b""
    status: int = 200
    media_type: str = _HTML
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False


Handler = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """`pattern` is a path with ``{name}`` for one segment and ``{name...}`` for the rest."""

    method: str
    pattern: str
    handler: Handler


def text(body: str, status: int = 200, *, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A text/plain answer."""
    return Response(body=body.encode(), status=status, media_type="text/plain; charset=utf-8", headers=headers)


def html(body: str, status: int = 200, *, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A page."""
    return Response(body=body.encode(), status=status, media_type=_HTML, headers=headers)


def as_json(value: object, status: int = 200, *, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A JSON answer; Chinese is not escaped."""
    return Response(body=json.dumps(value, ensure_ascii=False).encode(), status=status, media_type=_JSON, headers=headers)


def redirect(to: str, status: int = 303) -> Response:
    """An answer that sends the client on to `to`."""
    return Response(status=status, headers=(("location", to),), media_type="text/plain; charset=utf-8")


def problem(status: int, title: str, detail: str) -> Response:
    """An error in the one JSON shape (RFC 9457)."""
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}, ensure_ascii=False)
    return Response(body=body.encode(), status=status, media_type="application/problem+json")


@lru_cache
def _pool() -> ThreadPoolExecutor:
    """Threads of all stand-ins; a scripted delay holds one of them."""
    return ThreadPoolExecutor(64, thread_name_prefix="sandbox")


def application(routes: Sequence[Route], *, missing: Handler | None = None) -> Application:
    """An ASGI application of `routes`, first match wins; handlers run in threads.

    A known path with another method gets 405, an unknown one `missing` (default: 404 as problem JSON).
    """
    compiled = [(route.method, re.compile(_pattern(route.pattern)), route.handler) for route in routes]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            await _answer(problem(413, "Content Too Large", f"at most {BODY_LIMIT_BYTES} bytes"), send, head=False)
            return
        response = await asyncio.get_running_loop().run_in_executor(_pool(), _handle, compiled, missing, _request(scope, body))
        await _answer(response, send, head=scope["method"] == "HEAD")

    return serve


def _handle(compiled: Iterable[tuple[str, re.Pattern[str], Handler]], missing: Handler | None, request: Request) -> Response:
    """The answer of the first route that fits."""
    wanted = "GET" if request.method == "HEAD" else request.method
    allowed: set[str] = set()
    for method, pattern, handler in compiled:
        if match := pattern.fullmatch(request.path):
            if method in (wanted, "*"):
                named = Request(
                    method=request.method,
                    path=request.path,
                    raw_query=request.raw_query,
                    headers=request.headers,
                    body=request.body,
                    client=request.client,
                    base=request.base,
                    parts=match.groupdict(),
                )
                try:
                    return handler(named)
                except NotJson as fault:
                    return problem(400, "Bad Request", f"the body is no JSON: {fault}")
            allowed.add(method)
    if allowed:
        return Response(status=405, headers=(("allow", ", ".join(sorted(allowed))),), media_type="text/plain")
    return missing(request) if missing else problem(404, "Not Found", f"nothing answers at {request.path}")


def _pattern(pattern: str) -> str:
    escaped = re.escape(pattern).replace(r"\{", "{").replace(r"\}", "}").replace(r"\.\.\.", "...")
    escaped = re.sub(r"\{(\w+)\.\.\.\}", r"(?P<\1>.*)", escaped)
    return re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", escaped)


def _request(scope: Scope, body: bytes) -> Request:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    client = scope.get("client")
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    return Request(
        method=scope["method"],
        path=unquote(raw_path.split(b"?")[0].decode("latin-1"), errors="replace"),
        raw_query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        client=client[0] if client else "",
        base=f"{scope.get('scheme', 'http')}://{headers.get('host', '127.0.0.1')}",
    )


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None where it is over the limit."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > BODY_LIMIT_BYTES:
            return None
        chunks.append(chunk)
        if not message.get("more_body"):
            break
    return b"".join(chunks)


class LineCut(ConnectionError):
    """Raised on purpose in mid-answer: the server then closes the connection."""


async def _answer(response: Response, send: Send, *, head: bool) -> None:
    headers = [(b"content-type", response.media_type.encode()), (b"content-length", str(len(response.body)).encode())]
    headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.cut:
        await send({"type": "http.response.body", "body": response.body[: len(response.body) // 2], "more_body": True})
        raise LineCut("cut on purpose")
    await send({"type": "http.response.body", "body": b"" if head else response.body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return


def _first(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found
