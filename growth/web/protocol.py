"""uvicorn's HTTP protocol with the limits it lacks: how large the head of a request is, and how long it may take to come.

Without them one connection can fill the memory by an endless header, and a few thousand that send nothing keep everybody else out.

A request to a bare route is answered here, when it is whole: uvicorn makes a task, an event and two messages of each, which cost more than
`/collect` itself. What is not plain (an earlier answer that is still being sent, ``Expect``, an upgrade, HTTP/1.0) goes uvicorn's way.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from growth.web.bare import Bare
from growth.web.door import Door
from growth.web.headers import with_headers

#: request line and headers together
HEAD_BYTES = 32 * 1024
#: from the first byte (or the connection) to the end of the headers
HEAD_SECONDS = 20.0


class GuardedProtocol(HttpToolsProtocol):
    """One connection. What is said of a head holds for each request on it."""

    _head_bytes = 0
    _in_head = True
    _timer: TimerHandle | None = None
    #: the bare route that is being asked, and what has come of the body; None where it is too long
    _bare: Bare | None = None
    _body: bytes | None = b""
    _ends = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """The first head must come in time, too."""
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """No timer is left behind."""
        self._end_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head; past the limit the connection ends."""
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self._fits(data):
                self._end_timer()
                self.send_400_response("The head of the request is too large.")
                return
        super().data_received(data)
        if self._in_head and self._head_bytes and self._timer is None:
            self._begin_head()

    def on_headers_complete(self) -> None:
        """The head is there; what follows is a body, which the routes limit."""
        self._in_head = False
        self._end_timer()
        self._bare = self._bare_route()
        self._body = b""
        if self._bare is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body; of one that is too long nothing is kept."""
        if self._bare is None:
            super().on_body(body)
        elif self._body is not None:
            whole = self._body + body
            self._body = whole if len(whole) <= self._bare.most_bytes else None

    def on_message_complete(self) -> None:
        """The next bytes are another head."""
        self._in_head = True
        self._head_bytes = 0
        if self._bare is None:
            super().on_message_complete()
        elif not self.transport.is_closing():
            self._answer(self._bare)
        self._bare = None

    def shutdown(self) -> None:
        """What has begun to come is answered before the connection ends."""
        if self._bare is None:
            super().shutdown()
        else:
            self._ends = True

    def _bare_route(self) -> Bare | None:
        busy = self.pipeline or (self.cycle is not None and not self.cycle.response_complete) or self.flow.write_paused
        if busy or self.expect_100_continue or self.parser.should_upgrade() or self.parser.get_http_version() != "1.1":
            return None
        path, _mark, query = self.url.partition(b"?")
        door = self.app
        found = door.bare_route(path.decode("latin-1")) if isinstance(door, Door) else None
        method = self.parser.get_method().decode("ascii")
        if found is None or method not in found.methods:
            return None
        self.scope["method"] = method
        self.scope["path"] = path.decode("latin-1")
        self.scope["query_string"] = query
        return found

    def _answer(self, found: Bare) -> None:
        reply, secure = cast(Door, self.app).reply(found, cast(Any, self.scope), self._body)
        ends = self._ends or not self.parser.should_keep_alive()
        head = _head(reply.status, reply.headers, secure, ends)
        date = b"".join([b"%b: %b\r\n" % pair for pair in self.server_state.default_headers])
        self.transport.write(b"%b%b\r\n%b" % (head, date, reply.body))
        self.server_state.total_requests += 1
        if ends:
            self.transport.close()
        else:
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _fits(self, data: bytes) -> bool:
        """Whether the head ended within the limit, in a piece that brought much of a body along."""
        end = data.find(b"\r\n\r\n")
        return end >= 0 and self._head_bytes - len(data) + end <= HEAD_BYTES

    def _begin_head(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        transport: Any = self.transport
        if self._in_head and transport is not None and not transport.is_closing():
            transport.close()


@lru_cache(maxsize=1000)
def _head(status: int, headers: tuple[tuple[bytes, bytes], ...], secure: bool, ends: bool) -> bytes:
    """Status line and headers, those of every answer too; the server's own follow."""
    lines = [b"HTTP/1.1 %d %b" % (status, HTTPStatus(status).phrase.encode())]
    lines += [b"%b: %b" % pair for pair in with_headers(headers, secure=secure)]
    return b"\r\n".join([*lines, *([b"connection: close"] if ends else []), b""])
