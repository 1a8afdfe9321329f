"""Lists of crawlers' addresses as engines publish them: read from a file or an address, checked, kept with source and day.

``growth seo ranges update`` puts them in the place of the shipped ones (``ranges.csv``), engine by engine. Google, Bing and Apple publish
JSON (``{"creationTime": …, "prefixes": [{"ipv4Prefix": …}, {"ipv6Prefix": …}]}``); others, and whoever collects Baidu's, a text with an
address, a range or a network a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network, summarize_address_range
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from growth.db import Database
from growth.errors import GrowthError, Where
from growth.language import _
from growth.outbound import Fetcher, FetchFailed, Reach, address_refusal
from growth.outbound.charset import decode
from seo.indexing.engines import IPNetwork, engines, shipped_ranges
from seo.indexing.store import keep_ranges, kept_lists, kept_ranges

#: bytes of a list, networks of an engine
MOST_BYTES: Final = 4_000_000
MOST_NETWORKS: Final = 20_000
#: a network larger than these is no engine's
WIDEST: Final = {4: 8, 6: 19}
#: what stands between addresses of a text
_BETWEEN: Final = re.compile(r"[\s,;，；、]+")
_COMMENT: Final = re.compile(r"(?:#|//).*")
#: 220.181.108.* as Chinese lists write it
_STARS: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,2})((?:\.\*){1,3})")
#: words of a list's name that tell whose it is, besides the engine's own id
_NAMES: Final[Mapping[str, str]] = {
    "googlebot": "google",
    "bingbot": "bing",
    "applebot": "apple",
    "baiduspider": "baidu",
    "360spider": "360",
    "yisou": "shenma",
    "bytespider": "bytedance",
    "toutiao": "bytedance",
}


class ListUnreadable(GrowthError):
    """A list of addresses is none, or holds what cannot be an engine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeList:
    """The networks of one engine, where they are from and when they were seen there."""

    engine: str
    networks: tuple[IPNetwork, ...]
    source: str
    seen: date


def published_lists() -> dict[str, str]:
    """The addresses of the lists that can be read by a program, by engine."""
    return {name: source for name, (source, _seen, _networks) in shipped_ranges().items() if source.endswith(".json")}


def read_list(place: str, *, engine: str | None, today: date) -> RangeList:
    """Read the list at `place`, a file or an address; `engine` where its name does not tell whose it is. Raises ListUnreadable."""
    name = engine or _engine_in(place)
    if name is None or name not in engines():
        raise ListUnreadable(
            _("whose addresses {place} holds is not clear", place=place) if name is None else _("there is no engine “{name}”", name=name),
            fix=_("add --engine NAME: {names}", names=", ".join(engines())),
        )
    text = _text_of(place)
    seen = today
    if text.lstrip().startswith("{"):
        networks, made = _of_json(text, place)
        seen = made or today
    else:
        networks = list(_of_lines(text, place))
    if not networks:
        raise ListUnreadable(_("{place} holds no address", place=place), fix=_("one address or network a line: 220.181.108.0/24"))
    if len(networks) > MOST_NETWORKS:
        raise ListUnreadable(_("{place} holds more than {n} networks", place=place, n=MOST_NETWORKS), fix=_("give one engine's list"))
    return RangeList(engine=name, networks=_joined(networks), source=place if "://" in place else Path(place).name, seen=seen)


@cache
def _words() -> tuple[tuple[str, str], ...]:
    return (*_NAMES.items(), *((id, id) for id in engines()))


def _engine_in(place: str) -> str | None:
    """The engine that a file's name, or the whole of an address, speaks of; None where that is none or several."""
    name = (place if "://" in place else Path(place).name).lower()
    published = {source: id for id, source in published_lists().items()}
    if place in published:
        return published[place]
    last = urlsplit(place).path.rpartition("/")[2].lower() if "://" in place else name
    found = {id for word, id in _words() if word in last}
    return found.pop() if len(found) == 1 else None


def _text_of(place: str) -> str:
    if "://" in place:
        try:
            with Fetcher(Reach(allow_private=True)) as fetcher:
                found = fetcher.fetch(place)
        except FetchFailed as fault:
            raise ListUnreadable(str(fault), fix=_("save the list as a file and name that")) from fault
        if found.status != 200:
            raise ListUnreadable(
                _("{url} answers {status}", url=place, status=found.status), fix=_("save the list as a file and name that")
            )
        raw = found.content
    else:
        try:
            with Path(place).open("rb") as stream:
                raw = stream.read(MOST_BYTES + 1)
        except OSError as fault:
            raise ListUnreadable(
                _("{path} cannot be read: {why}", path=place, why=fault.strerror), fix=_("give a file or an address")
            ) from fault
    if len(raw) > MOST_BYTES:
        raise ListUnreadable(_("{place} is larger than {n} MB", place=place, n=MOST_BYTES // 1_000_000), fix=_("give one engine's list"))
    text = decode(raw).text.lstrip("\ufeff")
    if text.lstrip().startswith("<"):
        raise ListUnreadable(_("{place} is a web page", place=place), fix=_("copy the addresses out of it into a text file, one a line"))
    return text


def _of_json(text: str, place: str) -> tuple[list[IPNetwork], date | None]:
    """Networks, and the day on which the engine made the list."""
    try:
        document: Any = json.loads(text)
    except ValueError as fault:
        raise ListUnreadable(_("{place} is no JSON: {why}", place=place, why=str(fault)[:120]), fix=_("fetch the list again")) from fault
    prefixes = document.get("prefixes") if isinstance(document, dict) else None
    if not isinstance(prefixes, list):
        raise ListUnreadable(_("{place} has no “prefixes”", place=place), fix=_("give the list as the engine publishes it"))
    networks: list[IPNetwork] = []
    for number, entry in enumerate(prefixes, start=1):
        said = (entry.get("ipv4Prefix") or entry.get("ipv6Prefix")) if isinstance(entry, dict) else None
        networks += _networks(str(said), Where(f"{place}, prefixes[{number - 1}]"))
    made = str(document.get("creationTime") or "")[:10]
    try:
        return networks, date.fromisoformat(made)
    except ValueError:
        return networks, None


def _of_lines(text: str, place: str) -> Iterator[IPNetwork]:
    for number, line in enumerate(text.splitlines(), start=1):
        plain = re.sub(r"\s*[-–~～]\s*", "-", _COMMENT.sub("", line))
        for word in filter(None, _BETWEEN.split(plain)):
            yield from _networks(word, Where(place, number))


def _networks(word: str, where: Where) -> Sequence[IPNetwork]:
    """A network, an address, ``a-b`` or ``220.181.108.*``. Raises ListUnreadable for anything else, and for what is no engine's."""
    try:
        if stars := _STARS.fullmatch(word):
            kept = stars[1].count(".") + 1
            found: Sequence[IPNetwork] = [ip_network(f"{'.'.join((stars[1].split('.') + ['0'] * 4)[:4])}/{kept * 8}")]
        elif "-" in word:
            first, _dash, last = word.partition("-")
            if "." in first and "." not in last:
                last = f"{first.rpartition('.')[0]}.{last}"
            found = list(summarize_address_range(ip_address(first), ip_address(last)))
        else:
            found = [ip_network(word, strict=False)]
    except (ValueError, TypeError) as fault:
        raise ListUnreadable(
            _("“{text}” is no address and no range of addresses", text=word[:60]), fix=_("220.181.108.0/24 is one"), where=where
        ) from fault
    for network in found:
        if network.prefixlen < WIDEST[network.version] or address_refusal(network.network_address) is not None:
            raise ListUnreadable(
                _("{range} cannot be an engine's: it is private or far too wide", range=str(network)), fix=_("take it out"), where=where
            )
    return found


def _joined(networks: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
    found = list(networks)
    four = collapse_addresses(one for one in found if isinstance(one, IPv4Network))
    six = collapse_addresses(one for one in found if isinstance(one, IPv6Network))
    return (*four, *six)


def lists_in_force(session: Session) -> list[dict[str, Any]]:
    """What ``growth seo ranges`` prints: an object for each engine that has a list."""
    kept, shipped = kept_lists(session), shipped_ranges()
    rows = []
    for name in engines():
        if name in kept:
            source, seen, number = kept[name]
            rows.append({"engine": name, "networks": number, "source": source, "seen": seen, "kept": "updated"})
        elif name in shipped:
            source, seen, networks = shipped[name]
            rows.append({"engine": name, "networks": len(networks), "source": source, "seen": seen, "kept": "shipped"})
        else:
            rows.append({"engine": name, "networks": 0, "source": None, "seen": None, "kept": "none"})
    return rows


def keep_lists(database: Database, found: Sequence[RangeList], *, now: datetime, dry_run: bool) -> list[dict[str, Any]]:
    """Put lists in the place of the ones so far, all or none; an object for each with what changed."""
    with database.read() as session:
        kept = kept_ranges(session)
    rows = []
    for one in found:
        before = set(_joined(kept.get(one.engine) or shipped_ranges().get(one.engine, ("", one.seen, ()))[2]))
        rows.append(
            {
                "engine": one.engine,
                "networks": len(one.networks),
                "added": len(set(one.networks) - before),
                "removed": len(before - set(one.networks)),
                "source": one.source,
                "seen": one.seen,
            }
        )
    if not dry_run:
        with database.write() as session:
            for one in found:
                keep_ranges(session, engine=one.engine, networks=one.networks, source=one.source, seen=one.seen, now=now)
    return rows
