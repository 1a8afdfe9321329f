"""One line of a server log: combined format (nginx, Apache; also with a host in front and further fields behind), or a JSON object.

Fast on purpose: of a line that the caller does not want nothing is looked at but the form and the User-Agent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

from growth.outbound import address_refusal

IPAddress = IPv4Address | IPv6Address

#: a longer line is unreadable: servers refuse request lines of more than 8 KB
LONGEST_LINE: Final = 64 << 10

_QUOTED = rb'"((?:[^"\\]++|\\.)*+)"'
_COMBINED = re.compile(
    rb"([^\[]{5,1000}+)\[([^\]]{20,40})\] " + _QUOTED + rb" (\d{3}) (?:\d++|-) " + _QUOTED + rb" " + _QUOTED + rb"(.*)", re.DOTALL
)
_LAST_QUOTED = re.compile(rb'"([^"]*)"\s*$')
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_UNSAFE = re.compile(rb"[^\x21-\x7e]")
_JSON_HEX = re.compile(rb"\\x([0-9A-Fa-f]{2})")
_MONTHS = {name: number for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
#: names of fields in JSON logs, as nginx, Apache, ingress-nginx, Caddy and log shippers write them; the first that is there counts
_ADDRESS = ("remote_addr", "client_ip", "clientip", "remote_ip", "client", "ip", "c_ip")
_FORWARDED = ("http_x_forwarded_for", "x_forwarded_for", "xff")
_AGENT = ("http_user_agent", "user_agent", "useragent", "agent", "ua", "cs_user_agent")
_TARGET = ("request_uri", "uri", "request_path", "path", "url", "cs_uri_stem")
_STATUS = ("status", "response", "status_code", "code", "sc_status")
_REFERRER = ("http_referer", "http_referrer", "referer", "referrer", "cs_referer")
_METHOD = ("request_method", "method", "verb", "cs_method")
_TIME = ("time_iso8601", "time_local", "@timestamp", "timestamp", "time", "msec", "ts", "date")
_HOST = ("http_host", "host", "server_name", "vhost", "domain")


class Reading(Enum):
    """What a line is that is not handed out."""

    #: not a line of a log in a form we know, or cut off
    UNREADABLE = "unreadable"
    #: of a User-Agent that the caller does not want
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One request. `target` is path and query with every byte but printable ASCII escaped, `referrer` and `agent` are empty for ``-``."""

    at: datetime
    address: IPAddress | None
    method: str
    target: str
    status: int
    referrer: str
    agent: str
    #: the site that was asked, where the log says it
    host: str | None


def read_line(line: bytes, wanted: Callable[[bytes], bool] = lambda _agent: True) -> LogLine | Reading:
    """What `line`, without its line feed, says; `wanted` is asked of the User-Agent first."""
    if len(line) > LONGEST_LINE:
        return Reading.UNREADABLE
    if line[:1] == b"{":
        return _json_line(line, wanted)
    match = _COMBINED.fullmatch(line)
    if match is None:
        return Reading.UNREADABLE
    if not wanted(match[6]):
        return Reading.OTHER
    try:
        host, address = _who(match[1], match[7])
        method, asked = _asked(match[3])
        return LogLine(_common_time(match[2]), address, method, _target(asked), int(match[4]), _text(match[5]), _text(match[6]), host)
    except (ValueError, KeyError, OverflowError):
        return Reading.UNREADABLE


def _who(head: bytes, rest: bytes) -> tuple[str | None, IPAddress | None]:
    """Host and address of whoever asked; behind our own proxy the one that it forwards."""
    host, address, ours = _head(head)
    if ours and (found := _LAST_QUOTED.search(rest)):
        address = _forwarded(found[1]) or address
    return host, address


@lru_cache(maxsize=8192)
def _head(head: bytes) -> tuple[str | None, IPAddress | None, bool]:
    """What stands before the time: ``[host:port] address ident user``, maybe behind a syslog prefix; whether it is a private address."""
    words = head.split()
    place, address = -1, None
    for number in (len(words) - 3, *range(len(words))):
        if number >= 0 and (address := _address(words[number])) is not None:
            place = number
            break
    host = words[0].decode("ascii", "replace") if place == 1 else None
    return _plain_host(host), address, address is not None and address_refusal(address) is not None


def _address(word: bytes) -> IPAddress | None:
    try:
        address = ip_address(word.decode("ascii").strip("[]"))
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address


def _forwarded(text: bytes) -> IPAddress | None:
    """The last public address of an X-Forwarded-For: the one that our own proxy wrote."""
    for word in reversed(text.replace(b",", b" ").split()):
        address = _address(word)
        if address is not None and address_refusal(address) is None:
            return address
    return None


def _plain_host(text: str | None) -> str | None:
    if not text or text == "-":
        return None
    return text.lower().rpartition(":")[0] if text.rpartition(":")[2].isdigit() else text.lower()


@lru_cache(maxsize=4096)
def _common_time(text: bytes) -> datetime:
    """``24/Nov/2026:10:00:00 +0800``. Raises ValueError or KeyError."""
    zone = text[21:]
    minutes = int(zone[1:3]) * 60 + int(zone[3:5])
    if len(zone) != 5 or zone[:1] not in b"+-" or minutes > 14 * 60:
        raise ValueError(text)
    offset = timezone(timedelta(minutes=-minutes if zone[:1] == b"-" else minutes))
    year, month, day = int(text[7:11]), _MONTHS[text[3:6]], int(text[:2])
    return datetime(year, month, day, int(text[12:14]), int(text[15:17]), int(text[18:20]), tzinfo=offset).astimezone(UTC)


def _asked(request: bytes) -> tuple[str, bytes]:
    """Method and target of ``GET /page HTTP/1.1``. Raises ValueError."""
    words = request.split(b" ")
    if len(words) < 2 or not words[0].isalpha():
        raise ValueError(request)
    target = words[1:-1] if len(words) > 2 and words[-1].startswith(b"HTTP/") else words[1:]
    return words[0].decode("ascii"), b" ".join(target)


def _text(field: bytes) -> str:
    """A quoted field as text: what the server escaped is read, ``-`` is nothing."""
    if b"\\" in field:
        field = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]) if found[1] else found[2], field)
    return "" if field == b"-" else field.decode("utf-8", "replace")


def _target(text: bytes) -> str:
    """Path and query in ASCII: what the server escaped for its log, and bytes it wrote as they came (GBK), as %XX."""
    if b"\\" in text:
        text = _ESCAPE.sub(lambda found: b"%" + found[1] if found[1] else b"%%%02X" % found[2][0], text)
    text = _UNSAFE.sub(lambda found: b"%%%02X" % found[0][0], text)
    if not text.startswith(b"/"):
        scheme, mark, rest = text.partition(b"://")
        if scheme.lower() not in (b"http", b"https") or not mark:
            raise ValueError(text)
        text = b"/" + rest.partition(b"/")[2]
    return text.partition(b"#")[0].decode("ascii")


def _json_line(line: bytes, wanted: Callable[[bytes], bool]) -> LogLine | Reading:
    """A JSON object a line. nginx without ``escape=json`` writes ``\\xD6``, which JSON does not know."""
    if b"\\x" in line:
        line = _JSON_HEX.sub(rb"%\1", line)
    try:
        found = json.loads(line.decode("utf-8", "surrogateescape"))
        agent = str(_first(found, _AGENT))
        status = int(_first(found, _STATUS))
        if not 100 <= status <= 999:
            return Reading.UNREADABLE
    except (ValueError, TypeError, KeyError, RecursionError):
        return Reading.UNREADABLE
    if not wanted(_bytes(agent)):
        return Reading.OTHER
    try:
        method, target = _json_asked(found)
        referrer = _text(_bytes(str(_maybe(found, _REFERRER))))
        return LogLine(
            _json_time(found), _json_address(found), method, _target(target), status, referrer, _text(_bytes(agent)), _json_host(found)
        )
    except (ValueError, TypeError, KeyError, OverflowError):
        return Reading.UNREADABLE


def _first(found: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if (value := found.get(name)) not in (None, ""):
            return value
    raise KeyError(names[0])


def _maybe(found: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    try:
        return _first(found, names)
    except KeyError:
        return ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _json_address(found: Mapping[str, Any]) -> IPAddress | None:
    address = _address(_bytes(str(_first(found, _ADDRESS))))
    if address is not None and address_refusal(address) is not None and any(found.get(name) for name in _FORWARDED):
        return _forwarded(_bytes(str(_first(found, _FORWARDED)))) or address
    return address


def _json_asked(found: Mapping[str, Any]) -> tuple[str, bytes]:
    request = found.get("request")
    if isinstance(request, str) and " " in request:
        return _asked(_bytes(request))
    target = _bytes(str(_first(found, _TARGET)))
    query = found.get("args") or found.get("query_string")
    whole = target + b"?" + _bytes(str(query)) if query and query != "-" and b"?" not in target else target
    return str(_maybe(found, _METHOD)) or "GET", whole


def _json_host(found: Mapping[str, Any]) -> str | None:
    return _plain_host(str(_maybe(found, _HOST)))


def _json_time(found: Mapping[str, Any]) -> datetime:
    value = _first(found, _TIME)
    try:
        number = float(value)
    except (TypeError, ValueError):
        text = str(value)
        if "/" in text[:7]:
            return _common_time(_bytes(text.strip("[]")))
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text) from None
        return moment.astimezone(UTC)
    return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
