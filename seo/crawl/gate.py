"""The only way out of the browser: a proxy on loopback that looks at every address before it connects.

The browser resolves no name itself and opens no connection past this one, so the guards of the crawl hold for whatever a page's scripts
ask for: private addresses are refused, a name is resolved once and the connection goes to an address that was looked at, an answer that
never ends is cut.
"""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass

from growth.outbound import Reach
from seo.crawl.scope import netloc, path_and_query

#: bytes of a request's head
_HEAD_BYTES = 64 * 1024
_PIECE = 64 * 1024
#: seconds for a name and a connection
_CONNECT_S = 15.0
#: headers that concern the way to the proxy only
_HOP = (b"proxy-connection:", b"proxy-authorization:", b"connection:", b"keep-alive:")


@dataclass(slots=True)
class Gate:
    """Hands the browser's connections on. `most_bytes` is the limit of one plain answer, and (ten times) of what comes through one
    encrypted connection within `seconds`.
    """

    reach: Reach
    most_bytes: int
    seconds: float
    _server: asyncio.Server | None = None

    async def open(self, listener: socket.socket) -> None:
        """Begin to serve on a socket that listens."""
        self._server = await asyncio.start_server(self._client, sock=listener, limit=_HEAD_BYTES)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                head = await reader.readuntil(b"\r\n\r\n")
            await self._pass_on(head, reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the browser sees a connection that was closed
        finally:
            writer.close()

    async def _pass_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, _version = head.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)
        tunnel = method == "CONNECT"
        if not tunnel and not target.startswith("http://"):
            await _say(writer, "400 Bad Request", target)
            return
        host, port = _place(target if tunnel else netloc(target), 443 if tunnel else 80)
        address = await self._address(host, port)
        if address is None:
            await _say(writer, "403 Forbidden", f"{host}:{port} is not a public address")
            return
        async with asyncio.timeout(_CONNECT_S):
            inner, outer = await asyncio.open_connection(address, port)
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                outer.write(_for_server(method, target, head))
            out = asyncio.ensure_future(_pour(reader, outer, _Budget(self.most_bytes, self.seconds)))
            budget = _Budget(self.most_bytes * 10, self.seconds) if tunnel else _Budget(self.most_bytes, None)
            try:
                await _pour(inner, writer, budget)
            finally:
                out.cancel()
        finally:
            outer.close()

    async def _address(self, host: str, port: int) -> str | None:
        """The first address of a host that may be reached."""
        async with asyncio.timeout(_CONNECT_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
        return next((address for address in addresses if self.reach.refusal(host, port, address) is None), None)


class _Budget:
    """Bytes that may still come: `most` within `seconds`, or in all where `seconds` is None."""

    def __init__(self, most: int, seconds: float | None) -> None:
        self.most, self.seconds = most, seconds
        self.spent, self.since = 0, time.monotonic()

    def takes(self, size: int) -> bool:
        now = time.monotonic()
        if self.seconds is not None and now - self.since > self.seconds:
            self.spent, self.since = 0, now
        self.spent += size
        return self.spent <= self.most


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, budget: _Budget) -> None:
    while (piece := await reader.read(_PIECE)) and budget.takes(len(piece)):
        writer.write(piece)
        await writer.drain()


async def _say(writer: asyncio.StreamWriter, status: str, text: str) -> None:
    body = text.encode()
    writer.write(
        f"HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body
    )
    await writer.drain()


def _place(authority: str, default: int) -> tuple[str, int]:
    """Host and port of ``host``, ``host:port``, ``[::1]:port``. Raises ValueError."""
    authority = authority.rpartition("@")[2]
    host, colon, port = authority.rpartition(":")
    if not colon or "]" in port:
        return authority.strip("[]"), default
    return host.strip("[]"), int(port)


def _for_server(method: str, target: str, head: bytes) -> bytes:
    """A request as the server itself wants it: path instead of address, one request a connection."""
    lines = [line for line in head.split(b"\r\n")[1:] if line and not line.lower().startswith(_HOP)]
    first = f"{method} {path_and_query(target)} HTTP/1.1".encode("latin-1")
    return b"\r\n".join([first, *lines, b"Connection: close", b"", b""])
