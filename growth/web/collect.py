"""``/t.js`` and ``/collect``. The collector is a bare route: it checks and appends; its thread does the rest."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs

from litestar.datastructures import Cookie

from growth import clock
from growth.db import Database
from growth.traffic import VISITOR_COOKIE, VISITOR_COOKIE_AGE, BadBeacon, Collector, Parcel, new_visitor, read_request, script
from growth.web import Asked, Page, Reply, Visitor, bare, lifespan, problem, public
from growth.web.shell import Shell
from growth.workspace import Workspace
from growth.workspace.site import Identity, TrackingConsent

#: no Content-Length: RFC 9110 §8.6 forbids it in a 204
_EMPTY = ((b"cache-control", b"no-store"),)


@dataclass(slots=True)
class Running:
    """The collector of this process while it runs, and where its workspace is looked up."""

    collector: Collector | None = None
    shell: Shell | None = None

    @contextmanager
    def lifespan(self, workspace: Workspace, database: Database) -> Iterator[None]:
        """The writer lives as long as the process; leaving stores what was acknowledged."""
        current: Callable[[], Workspace] = lambda: self.shell.current() if self.shell else workspace  # noqa: E731
        self.collector = Collector(database, current)
        self.collector.start()
        try:
            yield
        finally:
            self.collector.stop()
            self.collector = None

    def answer(self, asked: Asked) -> Reply:
        """One request to `/collect`."""
        workspace = asked.shell.current()
        self.shell = asked.shell
        if asked.method == "OPTIONS":
            return Reply(204, (*_EMPTY, *_cors(asked.headers, workspace)))
        collector = self.collector
        try:
            events = len(read_request(asked.body))
        except BadBeacon as fault:
            if collector is not None:
                collector.note("invalid")
            return problem(400, fault.message)
        if collector is None or not collector.offer(_parcel(asked, events, workspace)):
            return problem(503, "The collector is full; try again", (b"retry-after", b"5"))
        return Reply(204, (*_EMPTY, *_cors(asked.headers, workspace), *_consent(asked, workspace)))


def _parcel(asked: Asked, events: int, workspace: Workspace) -> Parcel:
    headers = asked.headers
    get = headers.get
    purpose = get(b"sec-purpose", b"") + get(b"purpose", b"")
    keeps = b"cookie" in headers and workspace.settings.traffic.identity is Identity.COOKIE
    return Parcel(
        asked.body,
        events,
        clock.to_micros(asked.shell.now()),
        asked.arrival.address,
        get(b"user-agent", b"").decode("latin-1"),
        _cookie(headers) if keeps else "",
        bool(purpose) and b"prefetch" in purpose.lower(),
        get(b"dnt") == b"1" or get(b"sec-gpc") == b"1",
    )


def _consent(asked: Asked, workspace: Workspace) -> tuple[tuple[bytes, bytes], ...]:
    """The cookie that ``growth.consent()`` asks for, or its end."""
    if not asked.query or workspace.settings.traffic.identity is not Identity.COOKIE:
        return ()
    said = parse_qs(asked.query.decode("latin-1")).get("consent", [""])[0]
    if said == "given":
        cookie = _cookie_of(_cookie(asked.headers) or new_visitor(), secure=asked.arrival.secure)
        return ((b"set-cookie", cookie.to_header(header="").strip().encode()),)
    if said == "withdrawn":
        gone = Cookie(key=VISITOR_COOKIE, value="", path="/", max_age=0)
        return ((b"set-cookie", gone.to_header(header="").strip().encode()),)
    return ()


def _cookie(headers: dict[bytes, bytes]) -> str:
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _equals, value = part.strip().partition("=")
        if name == VISITOR_COOKIE and value.replace("-", "").replace("_", "").isalnum():
            return value[:64]
    return ""


def _cookie_of(visitor: str, *, secure: bool) -> Cookie:
    age = int(VISITOR_COOKIE_AGE.total_seconds())
    return Cookie(key=VISITOR_COOKIE, value=visitor, path="/", max_age=age, samesite="lax", secure=secure)


def _cors(headers: dict[bytes, bytes], workspace: Workspace) -> tuple[tuple[bytes, bytes], ...]:
    """The site itself may send JSON from its own origin to this one."""
    origin = headers.get(b"origin", b"")
    host = origin.partition(b"://")[2].partition(b":")[0].decode("latin-1").lower()
    if not origin or host not in workspace.settings.site.hosts:
        return ()
    return (
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-allow-headers", b"content-type"),
        (b"access-control-allow-methods", b"POST"),
        (b"vary", b"Origin"),
    )


@public("/t.js")
def t_js(visitor: Visitor) -> Page:
    """The script in the page; with cookies and consent it brings the visitor's id along."""
    traffic = visitor.workspace.settings.traffic
    body = script(traffic)
    headers = {"vary": "Accept-Encoding", "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
    if "gzip" in visitor.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 9, mtime=0)
        headers["content-encoding"] = "gzip"
    keeps = traffic.identity is Identity.COOKIE
    page = visitor.content(
        body, media_type="text/javascript", cache="private, max-age=3600" if keeps else "public, max-age=3600", headers=headers
    )
    known = _cookie({b"cookie": visitor.headers.get("cookie", "").encode("latin-1", "ignore")})
    if keeps and not known and traffic.consent is TrackingConsent.GIVEN:
        page.cookies.append(_cookie_of(new_visitor(), secure=visitor.secure))
    return page


def pages() -> list[object]:
    """The script, the collector and its writer."""
    running = Running()
    return [t_js, bare("/collect", running.answer), lifespan(running.lifespan)]
