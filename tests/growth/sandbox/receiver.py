"""A small server of the test's own: the program's side of a callback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from growth.sandbox.asgi import Request, Response, Route, application
from growth.sandbox.server import WebServer


@contextmanager
def receiving(handler: Callable[[Request], Response]) -> Iterator[str]:
    """An address on this machine that `handler` answers."""
    server = WebServer(application([Route("*", "/{rest...}", handler)]))
    server.start()
    try:
        yield f"{server.url}/callback"
    finally:
        server.stop()
