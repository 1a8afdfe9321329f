"""What can go wrong with a fetch, each by name; `reason` is the closed set under which it is counted."""

from __future__ import annotations

from enum import StrEnum

from growth.errors import Unreachable
from growth.language import _
from growth.outbound.addresses import AddressKind
from growth.text import cut, printable


class FetchReason(StrEnum):
    """Why nothing was fetched."""

    #: not an http or https address
    NOT_A_URL = "not-a-url"
    #: leads to an address that may not be reached
    ADDRESS_REFUSED = "address-refused"
    #: the name is not known
    NO_SUCH_HOST = "no-such-host"
    #: nobody listens, or the network does not carry
    NOT_CONNECTED = "not-connected"
    #: the certificate or the handshake
    TLS = "tls"
    #: what came is not HTTP
    BROKEN = "broken"
    #: past the deadline, slow drips included
    TOO_SLOW = "too-slow"
    #: past the limit of bytes, packed or unpacked
    TOO_LARGE = "too-large"
    #: more redirects than are followed, or a circle
    TOO_MANY_REDIRECTS = "too-many-redirects"


class FetchFailed(Unreachable):
    """Nothing usable was fetched from `url`; `reason` says why, `hops` how far it went (addresses of the redirects before)."""

    reason: FetchReason

    def __init__(self, message: str, *, url: str, hops: tuple[str, ...] = (), fix: str | None = None) -> None:
        super().__init__(f"{cut(printable(url), 200)}: {message}", fix=fix)
        self.url = url
        self.hops = hops


class UrlRefused(FetchFailed):
    """Not an http or https address."""

    reason = FetchReason.NOT_A_URL


class AddressRefused(FetchFailed):
    """The address leads to this machine, its network or a cloud's metadata; nothing was sent there."""

    reason = FetchReason.ADDRESS_REFUSED

    def __init__(self, kind: AddressKind, address: str, *, url: str, hops: tuple[str, ...] = ()) -> None:
        super().__init__(
            _("private address refused ({address}, {kind})", address=address, kind=kind),
            url=url,
            hops=hops,
            fix=_("if it is meant, say so with allow_private: true"),
        )
        self.kind = kind
        self.address = address


class NotReached(FetchFailed):
    """The host is unknown, does not answer, or its certificate does not fit; `reason` tells which."""

    def __init__(self, reason: FetchReason, message: str, *, url: str, hops: tuple[str, ...] = ()) -> None:
        super().__init__(message, url=url, hops=hops)
        self.reason = reason


class TooSlow(FetchFailed):
    """The deadline passed."""

    reason = FetchReason.TOO_SLOW


class TooLarge(FetchFailed):
    """More bytes than the limit, on the wire or unpacked."""

    reason = FetchReason.TOO_LARGE


class TooManyRedirects(FetchFailed):
    """A circle, or too long a chain."""

    reason = FetchReason.TOO_MANY_REDIRECTS
