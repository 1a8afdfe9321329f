"""What all handlers of one web process share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from growth.db import Database
from growth.web.arrival import Arrival
from growth.web.current import Current
from growth.web.limits import RateLimits
from growth.web.numbers import Numbers
from growth.web.routes import Routes
from growth.web.static_files import StaticFiles
from growth.web.waiting import Waiting

if TYPE_CHECKING:
    from anyio import CapacityLimiter
    from litestar.types import Scope

#: threads that render pages, and threads that answer outsiders: a slow report must not hold up a callback
PAGE_THREADS = 16
PUBLIC_THREADS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The database, files and limits of this process.

    `current` gives the workspace without looking at files, `current.problems` what is wrong with changed ones that could not be read;
    `refresh` looks whether they changed (in a thread, before a request is served).
    """

    current: Current
    refresh: Callable[[], None]
    database: Database
    static: StaticFiles
    routes: Routes
    numbers: Numbers
    waiting: Waiting
    limits: RateLimits
    now: Callable[[], datetime]
    page_threads: CapacityLimiter
    public_threads: CapacityLimiter


def shell_of(scope: Scope) -> Shell:
    """The shell that `door.Door` put there."""
    found = cast("dict[str, Any]", scope)["growth.shell"]
    assert isinstance(found, Shell)
    return found


def arrival_of(scope: Scope) -> Arrival:
    """What the door saw of this request."""
    found = cast("dict[str, Any]", scope)["growth.arrival"]
    assert isinstance(found, Arrival)
    return found
