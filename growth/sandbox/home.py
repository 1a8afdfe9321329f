"""The first page of the sandbox, its health and the whole log."""

from __future__ import annotations

from collections.abc import Callable

from growth.sandbox.asgi import Request, Response, Route, as_json, problem, redirect, text
from growth.sandbox.log import Log, Part
from growth.sandbox.pages import render


class Home:
    """``/``, ``/healthz`` and ``/api/log``. `addresses` are shown as settings (name → value); `reset` starts the sandbox over."""

    def __init__(self, log: Log, *, addresses: Callable[[], dict[str, str]], reset: Callable[[], None]) -> None:
        self._log = log
        self._addresses = addresses
        self._reset = reset

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/", self._index),
            Route("GET", "/healthz", lambda request: text("ok\n")),
            Route("GET", "/api/log", self._entries),
            Route("DELETE", "/api/log", self._clear),
            Route("POST", "/reset", self._start_over),
        ]

    def missing(self, request: Request) -> Response:
        """What is not there: a page for people, a problem for programs."""
        if "text/html" in request.headers.get("accept", ""):
            return render(request, "missing.html", status=404, here="")
        return problem(404, "Not Found", f"nothing answers at {request.path}")

    def _index(self, request: Request) -> Response:
        recent = self._log.entries()[-12:][::-1]
        return render(request, "home.html", here="", counts=self._log.counts(), recent=recent, addresses=self._addresses())

    def _entries(self, request: Request) -> Response:
        query = request.query
        try:
            part = Part(query["part"]) if "part" in query else None
            after = int(query.get("after", "0"))
        except ValueError:
            return problem(400, "Bad Request", f"part is one of {', '.join(Part)}; after is a number")
        return as_json([entry.as_json() for entry in self._log.entries(part, kind=query.get("kind"), after=after)])

    def _clear(self, request: Request) -> Response:
        self._log.clear()
        return Response(status=204)

    def _start_over(self, request: Request) -> Response:
        self._reset()
        return redirect("/")
