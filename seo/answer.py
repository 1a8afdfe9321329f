"""One HTTP answer as the crawl got it: the value between fetching and judging."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec


class Fault(StrEnum):
    """Why there is no answer."""

    #: the name does not resolve
    DNS = "dns"
    #: nobody listens
    REFUSED = "refused"
    #: the encrypted connection failed
    TLS = "tls"
    #: the connection was cut
    RESET = "reset"
    #: no whole answer in time
    TIMEOUT = "timeout"
    #: larger than the limit, packed or unpacked
    TOO_LARGE = "too-large"
    #: a private address that may not be reached
    PRIVATE = "private-address"
    #: the body's compression is broken
    ENCODING = "encoding"
    #: not HTTP
    PROTOCOL = "protocol"
    #: anything else
    OTHER = "other"


class Rendered(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a browser made of a page (`seo.crawl.javascript`). `html` is UTF-8; empty where `fault` says why there is none.

    `requests` is what its scripts asked of the site itself, `foreign` of other hosts, `blocked` what was refused (images, frames,
    analytics …). `moved_to` is where a script wanted to send the visitor.
    """

    html: bytes = b""
    fault: str = ""
    requests: int = 0
    foreign: int = 0
    blocked: int = 0
    moved_to: str = ""
    ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for one URL, redirects not followed.

    `headers` has lower-case names, repeated ones joined by “, ”. `body` is unpacked; `wire_bytes` is what travelled. `cut` says that the
    body was left out or stopped because nobody reads such a type. `fault` stands where there is no `status` (0).
    """

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    wire_bytes: int = 0
    cut: bool = False
    ttfb_ms: int = 0
    total_ms: int = 0
    fault: Fault | None = None
    fault_text: str = ""
    #: size of the body where it was left with the process that read it
    body_bytes: int | None = None
    #: the page as a browser shows it, where it was asked for
    rendered: Rendered | None = None

    @property
    def size_bytes(self) -> int:
        """Size of the unpacked body."""
        return len(self.body) if self.body_bytes is None else self.body_bytes

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def redirects(self) -> bool:
        """Whether it points somewhere else (a 3xx with Location; 304 does not)."""
        return self.status in (301, 302, 303, 307, 308) and bool(self.headers.get("location", "").strip())

    @property
    def media_type(self) -> str:
        """``text/html``; empty where the header is missing."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_html(self) -> bool:
        """Whether it says that it is HTML, or says nothing and looks like it."""
        if (kind := self.media_type) in ("text/html", "application/xhtml+xml"):
            return True
        return not kind and self.body[:512].lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))
