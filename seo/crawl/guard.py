"""No fetch reaches a private address, unless the site itself is there or growth.yaml says so (promise 8; A6 of the attack list).

A name is resolved once, each address is looked at, and the connection goes to an address that was looked at: a name that changes its
answer in between gains nothing. Redirects are new requests and come through here again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrapy.resolver import CachingHostnameResolver, HostResolution
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import declarations

from growth.outbound import Reach

_declare: Any = declarations
_reach = Reach()
_refused: dict[tuple[str, int], str] = {}
_cache: dict[str, list[Any]] = {}
#: names whose addresses are remembered
_CACHE_SIZE = 5000


def allow(reach: Reach) -> None:
    """Set what this process may reach."""
    global _reach
    _reach = reach
    _refused.clear()
    _cache.clear()


def refusal_of(host: str, port: int) -> str:
    """Why the last look-up of a host gave nothing to connect to; "" where it was not refused."""
    return _refused.get((host, port), "")


@_declare.provider(IResolutionReceiver)
class _Checked:
    """Hands on the addresses that may be reached."""

    def __init__(self, receiver: Any, host: str, port: int) -> None:
        self.receiver, self.host, self.port = receiver, host, port
        self.addresses: list[Any] = []

    def resolutionBegan(self, resolution: Any) -> None:
        """Pass it on."""
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        """Pass it on where it is allowed; remember it either way."""
        self.addresses.append(address)
        if (kind := _reach.refusal(self.host, self.port, address.host)) is None:
            self.receiver.addressResolved(address)
        else:
            _refused[self.host, self.port] = f"{address.host} is not a public address ({kind})"

    def resolutionComplete(self) -> None:
        """Pass it on; the addresses are remembered."""
        if self.addresses and len(_cache) < _CACHE_SIZE:
            _cache[self.host] = self.addresses
        self.receiver.resolutionComplete()


@_declare.implementer(IHostnameResolver)
class GuardedResolver(CachingHostnameResolver):
    """The reactor's name resolver, with each address looked at."""

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[Any]] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        """Resolve a name; what must not be reached is left out."""
        checked = _Checked(resolutionReceiver, hostName, portNumber)
        if (known := _cache.get(hostName)) is None:
            resolver: Any = self.original_resolver
            return resolver.resolveHostName(checked, hostName, portNumber, addressTypes, transportSemantics)
        resolution: Any = HostResolution(hostName)
        checked.resolutionBegan(resolution)
        for address in known:
            checked.addressResolved(type(address)(address.type, address.host, portNumber))
        checked.resolutionComplete()
        return resolution
