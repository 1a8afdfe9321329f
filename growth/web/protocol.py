"""uvicorn's HTTP protocol with the limits it lacks: how large the head of a request is, and how long it may take to come.

Without them one connection can fill the memory by an endless header, and a few thousand that send nothing keep everybody else out.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: request line and headers together
HEAD_BYTES = 32 * 1024
#: from the first byte (or the connection) to the end of the headers
HEAD_SECONDS = 20.0


class GuardedProtocol(HttpToolsProtocol):
    """One connection. What is said of a head holds for each request on it."""

    _head_bytes = 0
    _in_head = True
    _timer: TimerHandle | None = None

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
            if self._timer is None:
                self._begin_head()
            if self._head_bytes > HEAD_BYTES and not self._fits(data):
                self._end_timer()
                self.send_400_response("The head of the request is too large.")
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The head is there; what follows is a body, which the routes limit."""
        self._in_head = False
        self._end_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next bytes are another head."""
        self._in_head = True
        self._head_bytes = 0
        super().on_message_complete()

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
