"""Which IP addresses may be reached from here. A list of our own: ``ipaddress`` counts 100.64.0.1, NAT64 and 6to4 as public.

Sources: IANA special-purpose registries (RFC 6890 and successors), metadata services of the clouds.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from growth import urls

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class AddressKind(StrEnum):
    """Why an address is refused."""

    #: this machine
    LOOPBACK = "loopback"
    #: an intranet (RFC 1918, fc00::/7)
    PRIVATE = "private"
    #: behind a carrier's translation (100.64.0.0/10)
    SHARED = "shared"
    #: this network segment
    LINK_LOCAL = "link-local"
    #: a cloud's metadata service, which hands out credentials
    METADATA = "metadata"
    #: many receivers at once
    MULTICAST = "multicast"
    #: no address at all (0.0.0.0/8, ::)
    UNSPECIFIED = "unspecified"
    #: documentation, benchmarks, protocols, the future
    RESERVED = "reserved"


#: refused even where private addresses are allowed: nothing that is fetched ever lives there
NEVER = frozenset({AddressKind.LINK_LOCAL, AddressKind.METADATA, AddressKind.MULTICAST, AddressKind.UNSPECIFIED, AddressKind.RESERVED})


def _networks(table: Mapping[str, AddressKind]) -> tuple[tuple[IPNetwork, AddressKind], ...]:
    return tuple((ipaddress.ip_network(network), kind) for network, kind in table.items())


_V4 = _networks(
    {
        "169.254.169.254/32": AddressKind.METADATA,  # AWS, Azure, GCP, Tencent and most others
        "169.254.170.2/32": AddressKind.METADATA,  # AWS containers
        "100.100.100.200/32": AddressKind.METADATA,  # Aliyun
        "169.254.0.23/32": AddressKind.METADATA,  # Tencent Cloud
        "192.0.0.192/32": AddressKind.METADATA,  # Oracle
        "168.63.129.16/32": AddressKind.METADATA,  # Azure's host
        "0.0.0.0/8": AddressKind.UNSPECIFIED,
        "127.0.0.0/8": AddressKind.LOOPBACK,
        "10.0.0.0/8": AddressKind.PRIVATE,
        "172.16.0.0/12": AddressKind.PRIVATE,
        "192.168.0.0/16": AddressKind.PRIVATE,
        "100.64.0.0/10": AddressKind.SHARED,
        "169.254.0.0/16": AddressKind.LINK_LOCAL,
        "192.0.0.0/24": AddressKind.RESERVED,
        "192.0.2.0/24": AddressKind.RESERVED,
        "192.88.99.0/24": AddressKind.RESERVED,
        "198.18.0.0/15": AddressKind.RESERVED,
        "198.51.100.0/24": AddressKind.RESERVED,
        "203.0.113.0/24": AddressKind.RESERVED,
        "224.0.0.0/4": AddressKind.MULTICAST,
        "240.0.0.0/4": AddressKind.RESERVED,
    }
)
_V6 = _networks(
    {
        "fd00:ec2::/32": AddressKind.METADATA,  # AWS
        "::/128": AddressKind.UNSPECIFIED,
        "::1/128": AddressKind.LOOPBACK,
        "fc00::/7": AddressKind.PRIVATE,
        "fec0::/10": AddressKind.PRIVATE,
        "fe80::/10": AddressKind.LINK_LOCAL,
        "ff00::/8": AddressKind.MULTICAST,
        "64:ff9b:1::/48": AddressKind.PRIVATE,  # NAT64 of one's own network, RFC 8215
        "2001::/23": AddressKind.RESERVED,  # Teredo, ORCHID and other protocols
        "2001:db8::/32": AddressKind.RESERVED,
        "3fff::/20": AddressKind.RESERVED,
    }
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_GLOBAL = ipaddress.IPv6Network("2000::/3")


def address_refusal(address: str | IPAddress, *, allow_private: bool = False) -> AddressKind | None:
    """Why `address` may not be reached, or None. An IPv4 address hidden in an IPv6 one (mapped, NAT64, 6to4) is judged itself.

    `allow_private` lets loopback, private and shared addresses through, never metadata services, link-local, multicast or reserved ones.
    Raises ValueError for what is no address.
    """
    kind = _kind(ipaddress.ip_address(address.partition("%")[0]) if isinstance(address, str) else address)
    return None if allow_private and kind not in NEVER else kind


def _kind(address: IPAddress) -> AddressKind | None:
    if isinstance(address, ipaddress.IPv4Address):
        return next((kind for network, kind in _V4 if address in network), None)
    found = next((kind for network, kind in _V6 if address in network), None)
    if found is not None:
        return found
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and (address in _NAT64 or address in _COMPATIBLE):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return _kind(inner)
    return None if address in _GLOBAL else AddressKind.RESERVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What may be reached. `doors` are (host, port) pairs where private addresses are allowed, because the site itself is there:
    another port of the same host is not a door. `allow_private` opens every private address.
    """

    allow_private: bool = False
    doors: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def of_site(cls, site_url: str, *own_hosts: str, allow_private: bool = False) -> Reach:
        """For the site at `site_url` and its other hosts. A site on a default port has both, 80 and 443."""
        parts = urls.normal(site_url)
        port = port_of(parts)
        ports = (80, 443) if port in (80, 443) else (port,)
        hosts = (urls.host_of(parts), *own_hosts)
        return cls(allow_private=allow_private, doors=frozenset((host.lower().strip("[]"), each) for host in hosts for each in ports))

    def refusal(self, host: str, port: int, address: str | IPAddress) -> AddressKind | None:
        """Why `address`, to which `host` was resolved, may not be reached on `port`, or None."""
        door = (host.lower().strip("[]").rstrip("."), port) in self.doors
        return address_refusal(address, allow_private=self.allow_private or door)


#: nothing but public addresses
PUBLIC_ONLY = Reach()


def port_of(url: str) -> int:
    """The port of a normal http(s) URL."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def site_is_local(url: str) -> bool:
    """Whether a site is named by a private address or ``localhost``: then what belongs to it (a directory's stand-in) may be there too.

    A name that merely resolves to a private address does not count: names come from outside.
    """
    host = urls.host_of(urls.normal(url)).strip("[]")
    if host == "localhost":
        return True
    try:
        return address_refusal(host) is not None
    except ValueError:
        return False
