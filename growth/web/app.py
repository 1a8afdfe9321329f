"""The web process put together: routes of all enabled apps behind one door."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from anyio import CapacityLimiter
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from growth import clock
from growth.app import handed
from growth.db import Database
from growth.web.bare import Bare
from growth.web.current import Current
from growth.web.door import ASGIApp, Door
from growth.web.errors import late
from growth.web.limits import RateLimits
from growth.web.numbers import Numbers
from growth.web.routes import Routes
from growth.web.shell import PAGE_THREADS, PUBLIC_THREADS, Shell
from growth.web.static_files import read_static_files
from growth.web.waiting import Waiting
from growth.workspace import Workspace

Running = Callable[[Workspace, Database], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Lifespan:
    """Something that runs as long as the web process: a writer thread, a listener."""

    running: Running


def lifespan(running: Running) -> Lifespan:
    """A context manager of ``(workspace, database)`` that is entered when the process starts and left when it stops;
    to be returned by a function of `App.pages`. A clean stop leaves it before the database is closed.
    """
    return Lifespan(running)


def create_app(
    workspace: Workspace,
    database: Database,
    *,
    now: Callable[[], datetime] = clock.now,
    extra_hosts: Iterable[str] = (),
) -> Door:
    """The ASGI application of a workspace, whose files are read anew when they change. `extra_hosts` are served beside the known ones.

    Raises GrowthError where htmx is missing.
    """
    routes: list[HTTPRouteHandler] = []
    bare_routes: dict[str, Bare] = {}
    spans: list[Lifespan] = []
    for pages in handed(workspace.apps, "pages"):
        for item in pages():
            if isinstance(item, Bare):
                bare_routes[item.path] = item
            elif isinstance(item, Lifespan):
                spans.append(item)
            else:
                routes.append(item)
    current = Current(workspace)
    shell = Shell(
        current=current,
        refresh=current.refresh,
        database=database,
        static=read_static_files(),
        routes=Routes.of(routes),
        numbers=Numbers(),
        waiting=Waiting(),
        limits=RateLimits(),
        now=now,
        page_threads=CapacityLimiter(PAGE_THREADS),
        public_threads=CapacityLimiter(PUBLIC_THREADS),
    )

    def at_start(stack: ExitStack) -> None:
        for span in spans:
            stack.enter_context(span.running(workspace, database))

    inside = Litestar(
        route_handlers=routes,
        openapi_config=None,
        exception_handlers={Exception: late},
        logging_config=None,
        request_max_body_size=64 * 1024,
    )
    return Door(
        cast(ASGIApp, inside),
        shell=shell,
        bare_routes=bare_routes,
        at_start=at_start,
        extra_hosts=frozenset(extra_hosts),
    )


def routes_of(door: Door) -> list[HTTPRouteHandler]:
    """Every route with its rules (``handler.opt["rules"]``), for tests that walk them all; Litestar's answers to OPTIONS left out."""
    handlers = (handler for route in cast(Litestar, door.inside).routes for handler in getattr(route, "route_handlers", ()))
    return [handler for handler in handlers if handler.http_methods != {"OPTIONS"}]
