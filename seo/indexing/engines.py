"""The search engines whose crawlers count, and the addresses they publish. Both are data: ``engines.csv``, ``ranges.csv``.

Where we differ from the sources: only the crawler that fills an index counts (Googlebot, not AdsBot or GoogleOther, whose addresses are
other lists). `names_tell` is yes where the engine itself says that every crawler's address has a name of its domains; `list_tells` where it
says that its list is whole. Baidu says that its addresses change and publishes none; Sogou, Shenma and Toutiao publish none either.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from growth.language import Text

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A search engine: the tokens of its crawlers in User-Agent, and how its crawlers prove who they are."""

    id: str
    title: Text
    #: each a set of words that all stand in the User-Agent, lower case
    tokens: Sequence[Sequence[bytes]]
    #: domains of its crawlers' host names
    names: Sequence[str]
    #: an address without such a name is not the engine's
    names_tell: bool
    #: an address outside the list is not the engine's
    list_tells: bool


class Ranges:
    """The networks of one engine; membership by bisection."""

    def __init__(self, networks: Iterable[IPNetwork]) -> None:
        self._starts: dict[int, list[int]] = {4: [], 6: []}
        self._ends: dict[int, list[int]] = {4: [], 6: []}
        for network in sorted(networks, key=lambda one: (one.version, int(one.network_address), -one.prefixlen)):
            first, last = int(network.network_address), int(network.broadcast_address)
            ends = self._ends[network.version]
            if ends and first <= ends[-1]:
                ends[-1] = max(ends[-1], last)
                continue
            self._starts[network.version].append(first)
            ends.append(last)

    def __contains__(self, address: IPAddress) -> bool:
        number = int(address)
        place = bisect_right(self._starts[address.version], number) - 1
        return place >= 0 and number <= self._ends[address.version][place]


def _table(name: str) -> list[dict[str, str]]:
    with resources.files("seo.indexing").joinpath(name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@cache
def engines() -> Mapping[str, Engine]:
    """The engines by id, in the order of the table."""
    return {
        row["engine"]: Engine(
            id=row["engine"],
            title=Text(row["title"], row["title_zh"]),
            tokens=tuple(tuple(token.lower().encode().split(b"+")) for token in row["token"].split()),
            names=tuple(row["names"].split()),
            names_tell=row["names_tell"] == "yes",
            list_tells=row["list_tells"] == "yes",
        )
        for row in _table("engines.csv")
    }


@lru_cache(maxsize=8192)
def engine_of(user_agent: bytes) -> str | None:
    """The engine that a User-Agent claims to be of, or None."""
    low = user_agent.lower()
    for engine in engines().values():
        for token in engine.tokens:
            if all(word in low for word in token):
                return engine.id
    return None


@cache
def shipped_ranges() -> Mapping[str, tuple[str, date, Sequence[IPNetwork]]]:
    """The lists that ship with the program: source, the day they were seen there, networks, by engine."""
    found: dict[str, tuple[str, date, list[IPNetwork]]] = {}
    for row in _table("ranges.csv"):
        found.setdefault(row["engine"], (row["source"], date.fromisoformat(row["seen"]), []))[2].append(ip_network(row["range"]))
    return found


def ranges_of(
    extra: Mapping[str, Sequence[IPNetwork]] | None = None, *, kept: Mapping[str, Sequence[IPNetwork]] | None = None
) -> dict[str, Ranges]:
    """The published networks by engine, newer lists (`kept`) in the place of the shipped ones, with those that growth.yaml adds."""
    published = {name: networks for name, (_source, _seen, networks) in shipped_ranges().items()} | dict(kept or {})
    return {name: Ranges([*published.get(name, ()), *(extra or {}).get(name, ())]) for name in engines()}
