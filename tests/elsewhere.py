"""Somebody else's site on loopback: pages that a test puts there and takes away, and what was asked of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields of a posted form."""
        return dict(parse_qsl(self.body.decode("ascii"), keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a path answers."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "text/html; charset=utf-8"),)


class Elsewhere:
    """A site. ``site.put("/links", "<a href=…>")``, ``site.take("/links")``, ``site.asked``; a path that is not there is 404."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Callable[[Asked], Answer]] = {}
        self.asked: list[Asked] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def _serve(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                asked = Asked(
                    method=self.command,
                    path=self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(length),
                )
                owner.asked.append(asked)
                found = owner.answers.get(self.path) or owner.answers.get(urlsplit(self.path).path) or Answer(body=b"not here", status=404)
                answer = found if isinstance(found, Answer) else found(asked)
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def put(self, path: str, html: str, *, status: int = 200, encoding: str = "utf-8", headers: Mapping[str, str] | None = None) -> str:
        """Answer `html` at `path`; the whole address."""
        given = {"content-type": f"text/html; charset={encoding}", **(headers or {})}
        self.answers[path] = Answer(body=html.encode(encoding), status=status, headers=tuple(given.items()))
        return f"{self.url}{path}"

    def on(self, path: str, answer: Callable[[Asked], Answer]) -> None:
        """Let a function answer."""
        self.answers[path] = answer

    def take(self, path: str) -> None:
        """The page goes."""
        del self.answers[path]

    def close(self) -> None:
        """Stop answering: connections are refused from now on."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """Somebody else's site."""
    site = Elsewhere()
    yield site
    site.close()


@pytest.fixture
def our_site() -> Iterator[Elsewhere]:
    """Our own site, on this machine: what it links to and who links to it may be on this machine too."""
    site = Elsewhere()
    site.put("/", "<title>诚信贷 - 借款年化利率写明</title><p>京ICP备00000000号</p>")
    yield site
    site.close()
