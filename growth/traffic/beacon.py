"""A beacon: what a page, a log or a server says happened (contracts/web.md › Beacons and events).

Required are `type` and an http(s) `url`; strings are cut and numbers clamped, fields that nobody knows are counted and left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final, NamedTuple

from growth.errors import GrowthError


class EventKind(IntEnum):
    """What happened; the numbers are stored."""

    #: a page was opened
    PAGE = 1
    #: a page was left: time in front, deepest scroll
    LEAVE = 2
    #: a link to another site was followed
    OUTBOUND = 3
    #: a page of ours was not there
    MISSING = 4
    #: a script failed
    ERROR = 5
    #: a click, by its place on the page
    CLICK = 6
    #: a named step of a funnel
    STEP = 7
    #: a form was begun or sent
    FORM = 8
    #: a phone number, mail address, QQ or WeChat id was clicked
    CONTACT = 9


#: by the word that a beacon says
KINDS: Final[dict[str, EventKind]] = {kind.name.lower(): kind for kind in EventKind}


class BadBeacon(GrowthError):
    """Not an event: the whole request is refused and nothing of it is stored."""


class Beacon(NamedTuple):
    """One event, cut to its limits. `None` and empty: not said. A tuple, as all that is made for every event: 40,000 of them take 0.05 s,
    as frozen dataclasses 0.2 s.
    """

    kind: EventKind
    url: str
    id: str
    visitor: str
    view: str
    referrer: str
    target: str
    title: str
    name: str
    message: str
    script: str
    age_ms: int
    duration_ms: int | None
    scroll: int | None
    load_ms: int | None
    x: int | None
    y: int | None
    width: int | None
    seq: int | None


#: longest texts, characters
_TEXTS: Final = {
    "id": 64,
    "visitor": 64,
    "page": 64,
    "url": 2000,
    "referrer": 2000,
    "target": 2000,
    "title": 200,
    "name": 100,
    "message": 500,
    "source": 500,
}
#: largest numbers; the smallest is 0
_NUMBERS: Final = {
    "age_ms": 30 * 86_400_000,
    "duration_ms": 86_400_000,
    "scroll": 100,
    "load_ms": 600_000,
    "width": 32_000,
    "seq": 32_000,
}
_FRACTIONS: Final = ("x", "y")
#: fields that an import adds (`importing`)
IMPORT_FIELDS: Final = frozenset({"at", "ip", "user_agent"})
FIELDS: Final = frozenset({"type", "v", *_TEXTS, *_NUMBERS, *_FRACTIONS})
_IMPORTED: Final = FIELDS | IMPORT_FIELDS
#: most events of one request
MOST_EVENTS: Final = 500


def check_beacon(document: object) -> Mapping[str, Any]:
    """`document` where it is an event that can be stored; the cheap part, done before a beacon is acknowledged. Raises BadBeacon."""
    if not isinstance(document, dict):
        raise BadBeacon("an event is a JSON object", fix='send {"type": "page", "url": "https://…"}')
    kind = document.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadBeacon(f"type “{str(kind)[:40]}” is not known", fix=f"one of {', '.join(KINDS)}")
    url = document.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")) or not _has_host(url):
        raise BadBeacon("url is not an http(s) address", fix="send location.href")
    return document


def check_beacons(document: object) -> list[Mapping[str, Any]]:
    """One event or an array of them. Raises BadBeacon; then none is stored."""
    if isinstance(document, list):
        if len(document) > MOST_EVENTS:
            raise BadBeacon(f"more than {MOST_EVENTS} events in one request", fix="send fewer at a time")
        return [check_beacon(entry) for entry in document]
    return [check_beacon(document)]


def read_beacon(document: Mapping[str, Any]) -> Beacon:
    """The event that a checked `document` says."""
    get, number, text, whole = document.get, _number, _text, _NUMBERS
    kind, x, y = KINDS[document["type"]], get("x"), get("y")
    # most events say less than half of all fields: what is not there is not looked at twice
    return Beacon(
        kind,
        text(document["url"], 2000),
        text(found, 64) if (found := get("id")) is not None else "",
        text(found, 64) if (found := get("visitor")) is not None else "",
        text(found, 64) if (found := get("page")) is not None else "",
        text(found, 2000) if (found := get("referrer")) is not None else "",
        text(found, 2000) if (found := get("target")) is not None else "",
        text(found, 200) if (found := get("title")) is not None else "",
        text(found, 100) if (found := get("name")) is not None else "",
        text(found, 500) if (found := get("message")) is not None else "",
        text(found, 500) if (found := get("source")) is not None else "",
        (number(found, whole["age_ms"]) or 0) if (found := get("age_ms")) is not None else 0,
        number(found, whole["duration_ms"]) if (found := get("duration_ms")) is not None else None,
        number(found, 100) if (found := get("scroll")) is not None else None,
        number(found, whole["load_ms"]) if (found := get("load_ms")) is not None else None,
        _fraction(x) if x is not None else None,
        _fraction(y) if y is not None else None,
        number(found, whole["width"]) if (found := get("width")) is not None else None,
        number(found, whole["seq"]) if (found := get("seq")) is not None else None,
    )


def unknown_fields(document: Mapping[str, Any], *, imported: bool = False) -> int:
    """How many fields nobody knows: old scripts stay in caches, new ones run against old servers."""
    known = _IMPORTED if imported else FIELDS
    return 0 if known.issuperset(document) else len(document.keys() - known)


def _has_host(url: str) -> bool:
    rest = url[url.index("://") + 3 :]
    return bool(rest) and rest[0] not in "/?#:@" and not rest[0].isspace()


def _text(value: object, longest: int) -> str:
    if type(value) is str and len(value) <= longest and value.isprintable():
        return value
    found = value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
    found = found[:longest]
    return found if found.isprintable() else "".join(character for character in found if character.isprintable())


def _number(value: object, most: int) -> int | None:
    if value is None or isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return max(0, min(int(value) if -1e18 < value < 1e18 else most, most))


def _fraction(value: object) -> int | None:
    """Ten-thousandths; outside of 0–1 clamped."""
    if value is None or isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return round(max(0.0, min(float(value), 1.0)) * 10_000)
