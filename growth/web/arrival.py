"""A request at the door: is this host ours, who is calling, over what, under which path."""

from __future__ import annotations

import ipaddress
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from growth.workspace import Workspace

if TYPE_CHECKING:
    from litestar.types import Scope

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
#: host, optional port; nothing else may stand in a Host header (RFC 9110 §7.2)
_HOST = re.compile(r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?$")
_ALWAYS = frozenset({"127.0.0.1", "localhost", "::1"})


class ForeignHost(Exception):
    """The Host header names no host of ours; the answer is 400 and says nothing more."""


class Arrival(NamedTuple):
    """What is known of a request before anything else is looked at; a tuple, for `/collect` makes thousands.

    `id` names it in the log.
    `address` is the client's, proxies that are trusted taken off; `local` means that a program on this machine asks us directly.
    `host` and `netloc` are checked. `path` has lost the prefix.
    """

    id: str
    address: str
    local: bool
    secure: bool
    host: str
    netloc: str
    path: str

    @property
    def network(self) -> str:
        """The address, of an IPv6 one its /64: whoever has one has all of them, so limits count them together."""
        return network_of(self.address)


def network_of(address: str) -> str:
    """`address`, or the /64 of an IPv6 one."""
    return str(ipaddress.IPv6Network((address, 64), strict=False)) if ":" in address else address


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What growth.yaml says of the ways to this program: its hosts, the proxies that are believed, the host that is always https."""

    hosts: frozenset[str]
    proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    secure_host: str
    prefix: str


def ways_of(workspace: Workspace, *extra_hosts: str) -> Ways:
    """The ways to a workspace: `public_url`, `web.listen`, `extra_hosts` and this machine."""
    settings = workspace.settings
    public = urlsplit(settings.public_url)
    wide = {"0.0.0.0", "::", ""}  # noqa: S104 - compared, not bound
    return Ways(
        hosts=_ALWAYS | ({public.hostname or "", settings.web.host, *extra_hosts} - wide),
        proxies=tuple(ipaddress.ip_network(network) for network in settings.web.trusted_proxies),
        secure_host=(public.hostname or "") if public.scheme == "https" else "",
        prefix=settings.web.path_prefix,
    )


def arrive(scope: Scope, ways: Ways) -> Arrival:
    """Look at `scope`. Raises ForeignHost."""
    pairs: list[tuple[bytes, bytes]] = list(scope["headers"])
    headers: dict[bytes, bytes] = dict(pairs)
    if len(headers) != len(pairs):
        headers = _joined(pairs)
    netloc, host = _host(headers.get(b"host", b""))
    if host not in ways.hosts:
        raise ForeignHost
    peer = _peer(scope)
    forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
    client = _client(peer, forwarded, ways.proxies) if forwarded else peer
    # a proxy that is not told of still ends TLS: then the public address says so
    secure = scope.get("scheme") == "https" or host == ways.secure_host
    if not secure and b"x-forwarded-proto" in headers:
        proto = headers[b"x-forwarded-proto"].decode("latin-1").rpartition(",")[2].strip()
        secure = proto == "https" and peer is not None and any(peer in network for network in ways.proxies)
    return Arrival(
        id=f"{random.getrandbits(48):012x}",
        address=_text(client) if client is not None else "unknown",
        local=host in _ALWAYS and not forwarded and b"forwarded" not in headers and peer is not None and peer.is_loopback,
        secure=secure,
        host=host,
        netloc=netloc,
        path=without_prefix(scope["path"], ways.prefix),
    )


def _joined(pairs: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers that came more than once as one (RFC 9110 §5.3); a second Host makes one that is no host."""
    headers: dict[bytes, bytes] = {}
    for name, value in pairs:
        headers[name] = headers[name] + b"," + value if name in headers else value
    return headers


@lru_cache(maxsize=1000)
def _host(value: bytes) -> tuple[str, str]:
    netloc = value.decode("latin-1").lower()
    match = _HOST.match(netloc)
    if match is None:
        raise ForeignHost
    return netloc, match[1].strip("[]").rstrip(".")


def _peer(scope: Scope) -> IPAddress | None:
    client: Any = scope.get("client")
    return _ip(client[0]) if client else None


def _client(peer: IPAddress | None, forwarded: str, trusted: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> IPAddress | None:
    """The nearest address that is no trusted proxy; what stands further left was written by whoever called it."""
    current = peer
    for text in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if current is None or not any(current in network for network in trusted):
            return current
        following = _ip(text)
        if following is None:
            return current
        current = following
    return current


@lru_cache(maxsize=10_000)
def _ip(text: str) -> IPAddress | None:
    bare = text.strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


@lru_cache(maxsize=10_000)
def _text(address: IPAddress) -> str:
    return str(address)


def without_prefix(path: str, prefix: str) -> str:
    """`path` as our routes name it."""
    if prefix and (path == prefix or path.startswith(f"{prefix}/")):
        return path[len(prefix) :] or "/"
    return path
