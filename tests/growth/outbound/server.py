"""A server on a socket of this machine that answers as a test says."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest

from growth.outbound import (
    Reach,
)

Answer = Callable[[socket.socket, str], None]


class Server:
    """Answers each connection by one function; counts connections and keeps request heads."""

    def __init__(self, answer: Answer, context: ssl.SSLContext | None = None) -> None:
        self.requests: list[str] = []
        self.connections = 0
        self._answer = answer
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                if self._context is not None:
                    connection = self._context.wrap_socket(connection, server_side=True)
                head = b""
                while b"\r\n\r\n" not in head:
                    part = connection.recv(4096)
                    if not part:
                        return
                    head += part
                self.requests.append(head.decode("latin-1"))
                self._answer(connection, head.decode("latin-1"))
            except OSError:
                return

    def close(self) -> None:
        self._listener.close()

    @property
    def reach(self) -> Reach:
        return Reach(doors=frozenset({("127.0.0.1", self.port), ("site.test", self.port)}))


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(answer: Answer, context: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(answer, context))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def say(content: bytes, *headers: str, status: str = "200 OK") -> Answer:
    """An answer of `content`."""

    def answer(connection: socket.socket, _head: str) -> None:
        lines = "".join(f"{header}\r\n" for header in (*headers, f"Content-Length: {len(content)}", "Connection: close"))
        connection.sendall(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + content)

    return answer


def to(location: str, status: str = "302 Found") -> Answer:
    """A redirect."""
    return say(b"", f"Location: {location}", status=status)
