"""Bare routes: functions of a whole request that answer at once, for what comes a thousand times a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from growth.web.answers import PROBLEM
from growth.web.arrival import Arrival
from growth.web.shell import Shell

#: most bytes of a body at a bare route
BARE_BYTES = 64 * 1024


class Asked(NamedTuple):
    """A request to a bare route: host, method, rate and size are checked. Of headers that came twice the last is kept."""

    method: str
    headers: dict[bytes, bytes]
    query: bytes
    body: bytes
    arrival: Arrival
    shell: Shell


class Reply(NamedTuple):
    """What a bare route answers; the headers of every answer are added."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """A route that neither waits nor asks the database: it is answered without a task (`protocol`)."""

    path: str
    answer: Callable[[Asked], Reply]
    most_bytes: int = BARE_BYTES
    methods: tuple[str, ...] = ("POST",)


def bare(path: str, answer: Callable[[Asked], Reply], *, most_bytes: int = BARE_BYTES, methods: tuple[str, ...] = ("POST",)) -> Bare:
    """A bare route at exactly `path`, to be returned by a function of `App.pages`. `answer` also gets OPTIONS."""
    return Bare(path=path, answer=answer, most_bytes=most_bytes, methods=methods)


def problem(status: int, title: str, *more: tuple[bytes, bytes]) -> Reply:
    """A refusal as RFC 9457 has it."""
    body = msgspec.json.encode({"type": "about:blank", "title": title, "status": status})
    return Reply(status, ((b"content-type", PROBLEM.encode()), (b"content-length", str(len(body)).encode()), *more), body)
