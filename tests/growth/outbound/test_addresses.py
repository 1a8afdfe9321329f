"""Which addresses may be reached."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.outbound import AddressKind, Reach, address_refusal

REFUSED = {
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "10.1.2.3": "private",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "shared",
    "100.127.255.255": "shared",
    "169.254.1.1": "link-local",
    "169.254.169.254": "metadata",
    "100.100.100.200": "metadata",
    "192.0.0.192": "metadata",
    "0.0.0.0": "unspecified",
    "0.1.2.3": "unspecified",
    "224.0.0.1": "multicast",
    "239.255.255.255": "multicast",
    "255.255.255.255": "reserved",
    "198.18.0.1": "reserved",
    "203.0.113.7": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fc00::1": "private",
    "fd12:3456::1": "private",
    "fec0::1": "private",
    "fd00:ec2::254": "metadata",
    "ff02::1": "multicast",
    "2001:db8::1": "reserved",
    "2001::1": "reserved",
    "4000::1": "reserved",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:7f00:1": "loopback",
    "::127.0.0.1": "loopback",
    "64:ff9b::7f00:1": "loopback",
    "64:ff9b::a9fe:a9fe": "metadata",
    "64:ff9b:1::1": "private",
    "2002:7f00:1::": "loopback",
    "2002:a00:1::1": "private",
}
REACHED = [
    "1.1.1.1",
    "172.32.0.1",
    "172.15.255.255",
    "100.63.255.255",
    "100.128.0.1",
    "192.0.1.1",
    "11.0.0.1",
    "2606:4700::1111",
    "64:ff9b::101:101",
]


@pytest.mark.parametrize(("address", "kind"), REFUSED.items())
def test_an_address_that_is_not_public_is_refused_with_its_kind(address: str, kind: str) -> None:
    assert address_refusal(address) == kind


@pytest.mark.parametrize("address", REACHED)
def test_a_public_address_is_reached(address: str) -> None:
    assert address_refusal(address) is None


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_however_it_is_wrapped(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for wrapped in (
        f"::ffff:{address}",
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1),
    ):
        assert address_refusal(wrapped) == address_refusal(address)


def test_allowing_private_addresses_never_opens_metadata_and_link_local_ones() -> None:
    assert address_refusal("10.0.0.5", allow_private=True) is None
    assert address_refusal("127.0.0.1", allow_private=True) is None
    for address in ("169.254.169.254", "100.100.100.200", "fe80::1", "224.0.0.1", "0.0.0.0", "::ffff:169.254.169.254"):
        assert address_refusal(address, allow_private=True) is not None


def test_what_is_no_address_is_an_error() -> None:
    with pytest.raises(ValueError):
        address_refusal("localhost")


def test_the_site_opens_its_own_port_only() -> None:
    reach = Reach.of_site("http://127.0.0.1:8080/", "m.intranet.example")
    assert reach.refusal("127.0.0.1", 8080, "127.0.0.1") is None
    assert reach.refusal("127.0.0.1", 9000, "127.0.0.1") is AddressKind.LOOPBACK
    assert reach.refusal("localhost", 8080, "127.0.0.1") is AddressKind.LOOPBACK
    assert reach.refusal("m.intranet.example", 8080, "10.0.0.7") is None
    assert reach.refusal("m.intranet.example", 8080, "169.254.169.254") is AddressKind.METADATA


def test_a_site_on_a_default_port_may_redirect_between_http_and_https() -> None:
    reach = Reach.of_site("https://www.intranet.example/")
    assert reach.refusal("www.intranet.example", 80, "10.0.0.7") is None
    assert reach.refusal("www.intranet.example.", 443, "10.0.0.7") is None
    assert reach.refusal("www.intranet.example", 8443, "10.0.0.7") is AddressKind.PRIVATE
