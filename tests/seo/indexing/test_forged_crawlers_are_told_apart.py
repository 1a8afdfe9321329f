"""Who a crawler is: by published addresses, by names there and back, and what is said where neither can tell."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from seo.indexing.engines import engines, ranges_of, shipped_ranges
from seo.indexing.verify import KNOWN, Verification, Verifier
from tests.seo.indexing.lines import BAIDUS, BINGS, GOOGLES, SOMEBODYS

BAIDU_NAME = "baiduspider-220-181-108-95.crawl.baidu.com"


class Names:
    """A name server in a box."""

    def __init__(self, reverse: dict[str, str], forward: dict[str, str]) -> None:
        self.reverse_table = {KNOWN[0]: "crawl-66-249-66-1.googlebot.com", **reverse}
        self.forward_table = forward
        self.asked: list[str] = []

    def reverse(self, address: str) -> Sequence[str]:
        """The name of an address."""
        self.asked.append(address)
        name = self.reverse_table.get(address)
        return [name] if name else []

    def forward(self, host: str) -> Sequence[str]:
        """The address of a name."""
        if host not in self.forward_table:
            raise OSError(host)
        return [self.forward_table[host]]

    def verifier(self) -> Verifier:
        """A verifier that asks here."""
        return Verifier(reverse=self.reverse, forward=self.forward)


def told(verifier: Verifier, engine: str, address: str) -> Verification:
    """The verdict on one address."""
    pair = (engine, ip_address(address))
    return verifier.judge([pair])[pair]


@pytest.mark.parametrize(
    ("engine", "address", "verdict"),
    [
        ("google", GOOGLES, Verification.VERIFIED),
        ("google", "2001:4860:4801:10::1", Verification.VERIFIED),
        ("google", SOMEBODYS, Verification.FORGED),
        ("google", BINGS, Verification.FORGED),
        ("bing", BINGS, Verification.VERIFIED),
        ("bing", "8.8.8.8", Verification.FORGED),
        ("apple", "17.241.208.161", Verification.VERIFIED),
        ("apple", SOMEBODYS, Verification.FORGED),
        ("360", "180.153.232.7", Verification.VERIFIED),
        ("360", SOMEBODYS, Verification.UNVERIFIED),
        ("yandex", "5.255.253.20", Verification.VERIFIED),
        ("yandex", SOMEBODYS, Verification.UNVERIFIED),
        ("baidu", BAIDUS, Verification.UNVERIFIED),
        ("baidu", SOMEBODYS, Verification.UNVERIFIED),
        ("google", "10.0.0.4", Verification.UNVERIFIED),  # our own proxy: the log does not say who came
        ("google", "127.0.0.1", Verification.UNVERIFIED),
    ],
)
def test_without_a_network_the_published_addresses_tell(engine: str, address: str, verdict: Verification) -> None:
    assert told(Verifier(names=False), engine, address) is verdict


def test_a_name_there_and_back_tells_where_no_list_is_published() -> None:
    names = Names({BAIDUS: BAIDU_NAME}, {BAIDU_NAME: BAIDUS})
    assert told(names.verifier(), "baidu", BAIDUS) is Verification.VERIFIED
    assert told(names.verifier(), "baidu", "198.51.101.7") is Verification.FORGED


@pytest.mark.parametrize(
    ("name", "back"), [(BAIDU_NAME, "198.51.101.7"), ("crawl.baidu.com.evil.example", BAIDUS), ("evilbaidu.com", BAIDUS), (BAIDU_NAME, "")]
)
def test_a_name_that_does_not_lead_back_proves_nothing(name: str, back: str) -> None:
    names = Names({BAIDUS: name}, {name: back} if back else {})
    verdict = told(names.verifier(), "baidu", BAIDUS)
    assert verdict is (Verification.FORGED if back else Verification.UNVERIFIED)


def test_an_engine_that_names_only_some_of_its_crawlers_is_not_called_forged() -> None:
    assert told(Names({}, {}).verifier(), "bytedance", "198.51.101.7") is Verification.UNVERIFIED


def test_a_network_that_resolves_nothing_calls_nobody_forged() -> None:
    names = Names({}, {})
    names.reverse_table.clear()
    assert told(names.verifier(), "baidu", BAIDUS) is Verification.UNVERIFIED
    assert names.asked == [KNOWN[0]]


def test_an_address_is_asked_for_once() -> None:
    names = Names({BAIDUS: BAIDU_NAME}, {BAIDU_NAME: BAIDUS})
    verifier = names.verifier()
    for _time in range(3):
        told(verifier, "baidu", BAIDUS)
    assert names.asked.count(BAIDUS) == 1
    assert verifier.learned == {("baidu", BAIDUS): Verification.VERIFIED}


def test_ranges_of_growth_yaml_are_added() -> None:
    verifier = Verifier(names=False, extra={"baidu": [ip_network("220.181.108.0/24")]})
    assert told(verifier, "baidu", BAIDUS) is Verification.VERIFIED


def test_every_published_range_is_of_an_engine_and_holds_its_own_ends() -> None:
    ranges, shipped = ranges_of(), shipped_ranges()
    assert set(shipped) == {"google", "bing", "apple", "360", "yandex"} <= set(engines())
    for name, (_source, _seen, networks) in shipped.items():
        for network in networks:
            assert network[0] in ranges[name]
            assert network[-1] in ranges[name]
            assert network[0] - 1 not in ranges[name] or any(network[0] - 1 in other for other in networks)
