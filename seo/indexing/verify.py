"""Is a crawler who it says it is? By the addresses that its engine publishes, then by its host name, there and back.

Both ways are the engines' own (Google, Bing, Baidu, Yandex and Apple describe the second). Name servers are asked within limits, side by
side, and believed only when they know a name that is known to exist: in a network that resolves nothing, nobody is called forged for it.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

from growth.outbound import AddressKind, address_refusal, system_resolve
from seo.indexing.engines import Engine, IPAddress, IPNetwork, Ranges, engines, ranges_of

#: what a name server said is asked again after this
FRESH: Final = timedelta(days=30)
#: seconds of one look-up and of all of a run; look-ups of a run
ONE_SECONDS: Final = 5.0
ALL_SECONDS: Final = 60.0
MOST_LOOKUPS: Final = 2000
#: an address that has had a name of Google's for fifteen years, and the end of that name
KNOWN: Final = ("66.249.66.1", ".googlebot.com")
#: addresses that only our own proxies have: the log does not say who came
_OUR_SIDE: Final = frozenset({AddressKind.LOOPBACK, AddressKind.PRIVATE, AddressKind.SHARED, AddressKind.LINK_LOCAL})
#: verdicts held in memory
_MOST_HELD: Final = 200_000


class Verification(StrEnum):
    """Whether a crawler is who it says it is."""

    #: an address that the engine publishes, or one with the engine's name
    VERIFIED = "verified"
    #: neither a list nor a name server could tell
    UNVERIFIED = "unverified"
    #: somebody else's address
    FORGED = "forged"


#: address → host names ([] where it has none); raises OSError where the name server does not answer
Reverse = Callable[[str], Sequence[str]]
#: host name → addresses; raises OSError
Forward = Callable[[str], Sequence[str]]


def system_reverse(address: str) -> Sequence[str]:
    """The host names of an address, as this machine resolves it."""
    try:
        name, aliases, _addresses = socket.gethostbyaddr(address)
    except socket.herror as fault:
        if fault.errno in (1, 4):  # HOST_NOT_FOUND, NO_DATA: an answer
            return []
        raise
    return [name, *aliases]


@dataclass(slots=True)
class Verifier:
    """Judges (engine, address) pairs and remembers. `names` off: no name server is asked. `known` are verdicts of earlier runs."""

    extra: Mapping[str, Sequence[IPNetwork]] = field(default_factory=dict)
    #: lists in the place of the shipped ones
    kept: Mapping[str, Sequence[IPNetwork]] = field(default_factory=dict)
    names: bool = True
    reverse: Reverse = system_reverse
    forward: Forward = lambda host: system_resolve(host, 443)
    known: Callable[[str, str], Verification | None] = lambda _engine, _address: None
    #: what name servers said in this run, for the store
    learned: dict[tuple[str, str], Verification] = field(default_factory=dict)
    _ranges: dict[str, Ranges] = field(default_factory=dict)
    _held: dict[tuple[str, IPAddress], Verification] = field(default_factory=dict)
    _deadline: float | None = None
    _asked: int = 0
    _works: bool | None = None

    def judge(self, pairs: Iterable[tuple[str, IPAddress | None]]) -> dict[tuple[str, IPAddress | None], Verification]:
        """The verdict on each pair; unknown addresses are looked up side by side."""
        found: dict[tuple[str, IPAddress | None], Verification] = {}
        asking: list[tuple[Engine, IPAddress]] = []
        for name, address in set(pairs):
            if address is None:
                found[name, address] = Verification.UNVERIFIED
            elif (held := self._held.get((name, address))) is not None:
                found[name, address] = held
            elif (told := self._by_list(engines()[name], address)) is not None:
                found[name, address] = self._hold(name, address, told)
            else:
                asking.append((engines()[name], address))
        for engine, address, said in self._by_names(asking):
            told = said or (Verification.FORGED if engine.list_tells else Verification.UNVERIFIED)
            found[engine.id, address] = self._hold(engine.id, address, told)
        return found

    def _hold(self, name: str, address: IPAddress, told: Verification) -> Verification:
        if len(self._held) >= _MOST_HELD:
            self._held.clear()
        self._held[name, address] = told
        return told

    def _by_list(self, engine: Engine, address: IPAddress) -> Verification | None:
        """What needs no network: the published list; a private address is our own proxy's and tells nothing."""
        if not self._ranges:
            self._ranges = ranges_of(self.extra, kept=self.kept)
        if address in self._ranges[engine.id]:
            return Verification.VERIFIED
        if address_refusal(address) in _OUR_SIDE:
            return Verification.UNVERIFIED
        return self.known(engine.id, str(address))

    def _by_names(self, asking: Sequence[tuple[Engine, IPAddress]]) -> list[tuple[Engine, IPAddress, Verification | None]]:
        silent = [(engine, address, None) for engine, address in asking]
        if not asking or not self.names:
            return list(silent)
        if self._deadline is None:
            self._deadline = time.monotonic() + ALL_SECONDS
        pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="crawler-names")
        try:
            if self._works is None:
                self._works = self._answers(pool)
            if not self._works:
                return list(silent)
            room = max(0, MOST_LOOKUPS - self._asked)
            self._asked += min(room, len(asking))
            waiting = [(engine, address, pool.submit(self._named, engine, address)) for engine, address in asking[:room]]
            told: list[tuple[Engine, IPAddress, Verification | None]] = []
            for engine, address, future in waiting:
                try:
                    said = future.result(timeout=max(0.0, min(ONE_SECONDS, self._deadline - time.monotonic())))
                except (OSError, TimeoutError, UnicodeError):
                    said = None
                if said is not None:
                    self.learned[engine.id, str(address)] = said
                told.append((engine, address, said))
            return [*told, *silent[room:]]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _answers(self, pool: ThreadPoolExecutor) -> bool:
        try:
            return any(name.endswith(KNOWN[1]) for name in pool.submit(self.reverse, KNOWN[0]).result(timeout=ONE_SECONDS))
        except (OSError, TimeoutError, UnicodeError):
            return False

    def _named(self, engine: Engine, address: IPAddress) -> Verification | None:
        """The verdict of name servers, or None where they cannot tell. Raises OSError where they do not answer."""
        if not engine.names:
            return None
        ours = [host.rstrip(".").lower() for host in self.reverse(str(address))]
        for host in ours:
            if any(host.endswith(f".{domain}") for domain in engine.names) and str(address) in map(_plain, self.forward(host)):
                return Verification.VERIFIED
        return Verification.FORGED if engine.names_tell else None


def _plain(text: str) -> str:
    return str(ip_address(text.partition("%")[0]))
