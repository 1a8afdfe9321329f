"""`fetch`: the one HTTP client for addresses that come from data. Every hop is judged; size, time and unpacking are limited."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

import httpcore
import httpx

from growth import __version__, urls
from growth.language import _
from growth.outbound.addresses import PUBLIC_ONLY, Reach
from growth.outbound.charset import Decoded, decode
from growth.outbound.faults import (
    AddressRefused,
    FetchFailed,
    FetchReason,
    NotReached,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    UrlRefused,
)
from growth.outbound.network import DeadlinePassed, Refused, Resolve, UnknownHost, deadline, remaining, system_resolve
from growth.outbound.transport import GuardedTransport
from growth.outbound.unpack import ACCEPTED, PastLimit, UnknownPacking, unpacked

REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: never carried to another origin
_SECRETS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one fetch may cost, redirects and name look-ups included."""

    size_bytes: int = 10 * 1024 * 1024
    total: timedelta = timedelta(seconds=30)
    connect: timedelta = timedelta(seconds=10)
    redirects: int = 10


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One answer that led on."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer. `url` is where it came from at last, `hops` the redirects before; names in `headers` are lower case, the last one wins.

    `first_byte` is the time from asking for `url` (connecting included, redirects before it not) to its status line; `wire_bytes` is the
    size of the body as it travelled, packed or not.
    `cookies` are the ``Set-Cookie`` lines of every hop, in order: they are kept by nobody, a caller that talks to one site sends them on.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    hops: tuple[Hop, ...]
    elapsed: timedelta
    cookies: tuple[str, ...] = ()
    first_byte: timedelta = timedelta()
    wire_bytes: int = 0

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def decoded(self) -> Decoded:
        """The content as text, with the charset that was used."""
        return decode(self.content, self.headers.get("content-type", ""))

    @property
    def text(self) -> str:
        """The content as text."""
        return self.decoded.text


class Fetcher:
    """Fetches with kept connections, all under one `Reach`; a context manager, good for one thread at a time or many."""

    def __init__(
        self,
        reach: Reach = PUBLIC_ONLY,
        *,
        limits: Limits = DEFAULT_LIMITS,
        user_agent: str = f"GrowthSuite/{__version__}",
        resolve: Resolve = system_resolve,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        self._user_agent = user_agent
        self._transport = GuardedTransport(reach, resolve=resolve, verify=verify)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close what is kept open."""
        self._transport.close()

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        follow: bool | None = None,
        limits: Limits | None = None,
    ) -> Fetched:
        """The answer to one request, whatever its status. Redirects are followed for GET and HEAD unless `follow` says otherwise.

        Raises a FetchFailed: UrlRefused, AddressRefused, NotReached, TooSlow, TooLarge, TooManyRedirects.
        """
        chosen = limits or self._limits
        follows = method in ("GET", "HEAD") if follow is None else follow
        begun = time.monotonic()
        token = deadline.set(begun + chosen.total.total_seconds())
        hops: list[Hop] = []
        cookies: list[str] = []
        current = _normal(url, None, ())
        sent = {"user-agent": self._user_agent, "accept": "*/*", **{name.lower(): value for name, value in (headers or {}).items()}}
        try:
            while True:
                request = _request(method, current, {**sent, "accept-encoding": ACCEPTED}, content, chosen, _trail(hops))
                asked = time.monotonic()
                with _named(current, hops):
                    response = self._transport.handle_request(request)
                    first_byte = timedelta(seconds=time.monotonic() - asked)
                    cookies += response.headers.get_list("set-cookie")
                    try:
                        location = response.headers.get("location", "") if follows and response.status_code in REDIRECTS else ""
                        body, wire_bytes = (b"", 0) if location else _body(response, method, chosen.size_bytes)
                    finally:
                        response.close()
                if not location:
                    answered = {name.lower(): value for name, value in response.headers.multi_items()}
                    elapsed = timedelta(seconds=time.monotonic() - begun)
                    return Fetched(
                        url=current,
                        status=response.status_code,
                        headers=answered,
                        content=body,
                        hops=tuple(hops),
                        elapsed=elapsed,
                        cookies=tuple(cookies),
                        first_byte=first_byte,
                        wire_bytes=wire_bytes,
                    )
                hops.append(Hop(url=current, status=response.status_code, location=location))
                following = _normal(location, current, _trail(hops))
                if len(hops) > chosen.redirects or (method == "GET" and any(hop.url == following for hop in hops)):
                    raise TooManyRedirects(f"{len(hops)} redirects", url=url, hops=_trail(hops))
                if urls.origin(following) != urls.origin(current):
                    sent = {name: value for name, value in sent.items() if name not in _SECRETS}
                if response.status_code == 303 or (response.status_code in (301, 302) and method == "POST"):
                    method, content = "GET", None
                    sent = {name: value for name, value in sent.items() if not name.startswith("content-")}
                current = following
        finally:
            deadline.reset(token)


def fetch(
    url: str,
    *,
    reach: Reach = PUBLIC_ONLY,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    follow: bool | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Fetched:
    """One fetch with a client of its own; see `Fetcher.fetch`."""
    with Fetcher(reach, limits=limits) as fetcher:
        return fetcher.fetch(url, method=method, headers=headers, content=content, follow=follow)


def _request(
    method: str, url: str, headers: Mapping[str, str], content: bytes | None, limits: Limits, hops: tuple[str, ...]
) -> httpx.Request:
    seconds = limits.total.total_seconds()
    timeout = {"connect": limits.connect.total_seconds(), "read": seconds, "write": seconds, "pool": seconds}
    try:
        return httpx.Request(method, url, headers=headers, content=content, extensions={"timeout": timeout})
    except httpx.InvalidURL as fault:
        raise UrlRefused(str(fault), url=url, hops=hops) from fault


def _body(response: httpx.Response, method: str, most_bytes: int) -> tuple[bytes, int]:
    """The unpacked body, and how many bytes travelled."""
    if method == "HEAD":
        return b"", 0
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most_bytes:
        raise PastLimit
    assert isinstance(response.stream, httpx.SyncByteStream)
    travelled = 0

    def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal travelled
        for chunk in chunks:
            travelled += len(chunk)
            yield chunk

    parts = []
    for part in unpacked(counted(response.stream), response.headers.get("content-encoding", ""), most_bytes=most_bytes):
        parts.append(part)
        remaining()
    return b"".join(parts), travelled


@contextmanager
def _named(url: str, hops: list[Hop]) -> Iterator[None]:
    """What the network raises, under our own names."""
    trail = _trail(hops)
    try:
        yield
    except Refused as fault:
        raise AddressRefused(fault.kind, fault.address, url=url, hops=trail) from fault
    except UnknownHost as fault:
        raise NotReached(FetchReason.NO_SUCH_HOST, str(fault), url=url, hops=trail) from fault
    except (DeadlinePassed, httpcore.TimeoutException) as fault:
        raise TooSlow(_("no complete answer in time"), url=url, hops=trail) from fault
    except PastLimit as fault:
        raise TooLarge(_("the answer is larger than the limit"), url=url, hops=trail) from fault
    except UnknownPacking as fault:
        raise NotReached(FetchReason.BROKEN, _("the answer cannot be unpacked ({why})", why=fault), url=url, hops=trail) from fault
    except httpcore.ConnectError as fault:
        tls = isinstance(fault.__cause__, ssl.SSLError) or isinstance(fault.__context__, ssl.SSLError) or "ssl" in str(fault).lower()
        reason = FetchReason.TLS if tls else FetchReason.NOT_CONNECTED
        raise NotReached(reason, str(fault) or _("no connection"), url=url, hops=trail) from fault
    except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.UnsupportedProtocol) as fault:
        raise NotReached(
            FetchReason.BROKEN, _("the answer is broken off or is not HTTP ({why})", why=fault), url=url, hops=trail
        ) from fault


def _normal(url: str, base: str | None, hops: tuple[str, ...]) -> str:
    try:
        return urls.normal(url, base=base)
    except urls.NotAUrl as fault:
        raise UrlRefused(str(fault), url=base or url, hops=hops) from fault


def _trail(hops: list[Hop]) -> tuple[str, ...]:
    return tuple(hop.url for hop in hops)


__all__ = ["DEFAULT_LIMITS", "FetchFailed", "Fetched", "Fetcher", "Hop", "Limits", "fetch"]
