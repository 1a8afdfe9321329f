"""``/t.js`` and ``/collect``. The collector is a bare ASGI route: it checks and appends; its thread does the rest."""

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
from growth.web import BodyTooLong, Page, Visitor, bare, lifespan, public
from growth.web.arrival import Arrival
from growth.web.door import Receive, Scope, Send
from growth.web.shell import Shell
from growth.workspace import Workspace
from growth.workspace.site import Identity, TrackingConsent

_NO_BODY = {"type": "http.response.body", "body": b""}
_EMPTY = [(b"content-length", b"0"), (b"cache-control", b"no-store")]


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

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request to `/collect`."""
        shell: Shell = scope["growth.shell"]
        self.shell = shell
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if scope["method"] == "OPTIONS":
            await _answer(send, 204, _cors(headers, shell.current()))
            return
        collector = self.collector
        try:
            body = await _body(receive)
            events = len(read_request(body))
        except BodyTooLong:
            await _problem(send, 413, "Too large")
            return
        except BadBeacon as fault:
            if collector is not None:
                collector.note("invalid")
            await _problem(send, 400, fault.message)
            return
        arrival: Arrival = scope["growth.arrival"]
        if collector is None or not collector.offer(_parcel(body, events, headers, arrival, shell)):
            await _problem(send, 503, "The collector is full; try again", [(b"retry-after", b"5")])
            return
        await _answer(send, 204, [*_cors(headers, shell.current()), *_consent(scope, headers, shell.current(), arrival)])


def _parcel(body: bytes, events: int, headers: dict[bytes, bytes], arrival: Arrival, shell: Shell) -> Parcel:
    get = headers.get
    purpose = get(b"sec-purpose", b"") + get(b"purpose", b"")
    keeps = b"cookie" in headers and shell.current().settings.traffic.identity is Identity.COOKIE
    return Parcel(
        body=body,
        events=events,
        at_micros=clock.to_micros(shell.now()),
        address=arrival.address,
        user_agent=get(b"user-agent", b"").decode("latin-1"),
        visitor=_cookie(headers) if keeps else "",
        prefetch=bool(purpose) and b"prefetch" in purpose.lower(),
        no_track=get(b"dnt") == b"1" or get(b"sec-gpc") == b"1",
    )


def _consent(scope: Scope, headers: dict[bytes, bytes], workspace: Workspace, arrival: Arrival) -> list[tuple[bytes, bytes]]:
    """The cookie that ``growth.consent()`` asks for, or its end."""
    if not scope["query_string"] or workspace.settings.traffic.identity is not Identity.COOKIE:
        return []
    said = parse_qs(scope["query_string"].decode("latin-1")).get("consent", [""])[0]
    if said == "given":
        return [(b"set-cookie", _cookie_of(_cookie(headers) or new_visitor(), secure=arrival.secure).to_header(header="").strip().encode())]
    if said == "withdrawn":
        gone = Cookie(key=VISITOR_COOKIE, value="", path="/", max_age=0)
        return [(b"set-cookie", gone.to_header(header="").strip().encode())]
    return []


def _cookie(headers: dict[bytes, bytes]) -> str:
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _equals, value = part.strip().partition("=")
        if name == VISITOR_COOKIE and value.replace("-", "").replace("_", "").isalnum():
            return value[:64]
    return ""


def _cookie_of(visitor: str, *, secure: bool) -> Cookie:
    age = int(VISITOR_COOKIE_AGE.total_seconds())
    return Cookie(key=VISITOR_COOKIE, value=visitor, path="/", max_age=age, samesite="lax", secure=secure)


def _cors(headers: dict[bytes, bytes], workspace: Workspace) -> list[tuple[bytes, bytes]]:
    """The site itself may send JSON from its own origin to this one."""
    origin = headers.get(b"origin", b"")
    host = origin.partition(b"://")[2].partition(b":")[0].decode("latin-1").lower()
    if not origin or host not in workspace.settings.site.hosts:
        return []
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-allow-headers", b"content-type"),
        (b"access-control-allow-methods", b"POST"),
        (b"vary", b"Origin"),
    ]


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _answer(send: Send, status: int, more: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*_EMPTY, *more]})
    await send(_NO_BODY)


async def _problem(send: Send, status: int, title: str, more: list[tuple[bytes, bytes]] | None = None) -> None:
    import msgspec

    body = msgspec.json.encode({"type": "about:blank", "title": title, "status": status})
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode()), *(more or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


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
    return [t_js, bare("/collect", running.app), lifespan(running.lifespan)]
