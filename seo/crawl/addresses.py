"""Which addresses are private: Python's own list has holes (100.64.0.0/10, NAT64, 6to4, multicast), so this one is longer."""

from __future__ import annotations

import ipaddress

_EMBEDDING = ((ipaddress.IPv6Network("64:ff9b::/96"), 96), (ipaddress.IPv6Network("2002::/16"), 16))
_MORE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "198.18.0.0/15",
        "192.88.99.0/24",
        "240.0.0.0/4",
        "64:ff9b:1::/48",
        "fec0::/10",
        "2001::/32",
        "100::/64",
    )
)


def address_refusal(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str | None:
    """Why an address is not one of the public internet, or None where it is."""
    inner = _inner(address)
    if inner is not None:
        return address_refusal(inner)
    if (
        address.is_multicast
        or address.is_unspecified
        or not address.is_global
        or any(address in net for net in _MORE if net.version == address.version)
    ):
        return f"{address} is not a public address"
    return None


def _inner(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside of an IPv6 one."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped:
        return address.ipv4_mapped
    for network, bits in _EMBEDDING:
        if address in network:
            return ipaddress.IPv4Address((int(address) >> (128 - bits - 32)) & 0xFFFFFFFF)
    if int(address) >> 32 == 0 and int(address) > 0xFFFF:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
