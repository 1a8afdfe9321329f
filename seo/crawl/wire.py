"""What travels between the crawl and its fetching child: frames of four bytes of length and a MessagePack body."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from growth.outbound import Reach
from seo.answer import Answer, Fault, Rendered
from seo.page import SiteFacts
from seo.readout import Readout
from seo.severity import Severity


class Want(StrEnum):
    """What is wanted of a URL."""

    #: all of it where it is text, else only its head
    PAGE = "page"
    #: HEAD; nothing of the body
    HEAD = "head"
    #: GET, but nothing of the body: for servers that know no HEAD
    PEEK = "peek"
    #: all of it, whatever it is
    WHOLE = "whole"


class Reading(msgspec.Struct, frozen=True):
    """How the child reads pages itself when the parent is behind: the site, the page checks by module, and what growth.yaml says of them
    (a `seo.rules.Choice`).
    """

    site: SiteFacts
    modules: list[str]
    ignore: list[str]
    severity: dict[str, Severity]
    limits: dict[str, Any]


class Job(msgspec.Struct, frozen=True):
    """The first frame: how to fetch."""

    user_agent: str
    concurrency: int
    timeout_s: float
    max_bytes: int
    #: (host, port) that may be reached although their address is private
    doors: list[tuple[str, int]]
    allow_private: bool
    #: sent to the site's own hosts only
    headers: dict[str, str]
    own_hosts: list[str]
    #: None where the parent reads all pages
    reading: Reading | None = None
    #: path of the browser that renders pages; "" where none does
    browser: str = ""

    @property
    def reach(self) -> Reach:
        """What may be connected to."""
        return Reach(allow_private=self.allow_private, doors=frozenset((host, port) for host, port in self.doors))


class Order(msgspec.Struct, frozen=True):
    """Fetch one URL."""

    id: int
    url: str
    want: Want = Want.PAGE
    max_bytes: int = 0
    #: like a browser: the second look at a site that refuses programs
    disguised: bool = False
    #: clicks from the start page, which a page's checks may want to know
    depth: int = 0
    #: show the page to a browser, too
    render: bool = False


class Fetched(msgspec.Struct, frozen=True):
    """What came back for an order; headers as they came, names lower case. `fault` is one of seo.answer.Fault."""

    id: int
    status: int = 0
    headers: dict[str, str] = {}
    body: bytes = b""
    wire_bytes: int = 0
    cut: bool = False
    ttfb_ms: int = 0
    total_ms: int = 0
    fault: str = ""
    fault_text: str = ""
    #: the page, where it was read already; `body` is empty then, and was so large
    readout: Readout | None = None
    body_bytes: int | None = None
    rendered: Rendered | None = None


def answer_of(order: Order, fetched: Fetched) -> Answer:
    """What came back, as checks know it: a status that no whole answer belongs to is none."""
    return Answer(
        url=order.url,
        status=0 if fetched.fault and fetched.fault not in (Fault.TOO_LARGE, Fault.ENCODING) else fetched.status,
        headers=fetched.headers,
        body=fetched.body,
        wire_bytes=fetched.wire_bytes,
        cut=fetched.cut,
        ttfb_ms=fetched.ttfb_ms,
        total_ms=fetched.total_ms,
        fault=Fault(fetched.fault) if fetched.fault else None,
        fault_text=fetched.fault_text,
        body_bytes=fetched.body_bytes,
        rendered=fetched.rendered,
    )


encoder = msgspec.msgpack.Encoder()
job_decoder = msgspec.msgpack.Decoder(Job)
order_decoder = msgspec.msgpack.Decoder(Order)
fetched_decoder = msgspec.msgpack.Decoder(Fetched)


def framed(message: msgspec.Struct) -> bytes:
    """One message as a frame."""
    body = encoder.encode(message)
    return len(body).to_bytes(4, "big") + body


class Frames:
    """Cuts a stream of bytes into the bodies of its frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are whole now."""
        self._buffer += data
        position = 0
        length = len(self._buffer)
        while length - position >= 4:
            size = int.from_bytes(self._buffer[position : position + 4], "big")
            if length - position - 4 < size:
                break
            yield bytes(self._buffer[position + 4 : position + 4 + size])
            position += 4 + size
        if position:
            del self._buffer[:position]
