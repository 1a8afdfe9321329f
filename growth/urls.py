"""One normal form of a URL (RFC 3986 §6, WHATWG), used wherever two URLs are compared."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

import idna

from growth.language import _

_DEFAULT_PORT = {"http": 80, "https": 443}
#: what browsers read as the two slashes before a host
_SLASHES = frozenset({"\\\\", "/\\", "\\/"})
_UNRESERVED = "-._~"
#: characters that stay as they are in a path (RFC 3986 §3.3)
_PATH_SAFE = _UNRESERVED + "/!$&'()*+,;=:@%"
_QUERY_SAFE = _PATH_SAFE + "?[]|^`{}"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
#: then a host is an IPv4 address or nothing at all
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")
#: characters of a host name, and of what stands between two dots (RFC 1035 §2.3.4)
_MOST_NAME = 253
_MOST_LABEL = 63


class NotAUrl(ValueError):
    """The text cannot be read as an absolute http(s) URL; the message says why."""


def normal(url: str, *, base: str | None = None, keep_fragment: bool = False) -> str:
    """`url` in normal form: lower-case scheme and host, punycode, no default port, dots resolved, escapes minimal and upper-case.

    Raises NotAUrl for anything that is not http or https. Trailing slashes and parameters stay: they may name another page.
    """
    text = url.strip(" \t\r\n\f").replace("\t", "").replace("\r", "").replace("\n", "")
    if base is not None:
        # browsers take a backslash for a slash here: “/\\host” leads to another site
        text = f"//{text[2:]}" if text[:2] in _SLASHES else text
        try:
            text = urljoin(base, text)
        except ValueError as fault:
            raise NotAUrl(f"{url!r}: {fault}") from fault
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as fault:
        raise NotAUrl(f"{url!r}: {fault}") from fault
    if "\\" in parts.netloc:
        # RFC 3986 knows no such host, and browsers end the host there: “evil.example\\@good.example” would have two owners
        raise NotAUrl(_("{url!r}: a backslash in the host", url=url))
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORT:
        raise NotAUrl(_("{url!r}: only http and https URLs are meant", url=url))
    host = _host(parts.hostname or "", url)
    netloc = host if port in (None, _DEFAULT_PORT[scheme]) else f"{host}:{port}"
    path = _escapes(_without_dots(parts.path.replace("\\", "/")) or "/", _PATH_SAFE)
    query = _escapes(parts.query, _QUERY_SAFE)
    fragment = _escapes(parts.fragment, _QUERY_SAFE) if keep_fragment else ""
    return urlunsplit((scheme, netloc, path, query, fragment))


def host_of(url: str) -> str:
    """The host of a normal URL, lower case, without port."""
    return urlsplit(url).hostname or ""


def origin(url: str) -> str:
    """Scheme, host and port: ``https://www.example.com``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def without_parameters(url: str, names: frozenset[str] | set[str]) -> str:
    """`url` without the query parameters in `names` (lower case); the order of the others stays."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    kept = [pair for pair in parts.query.split("&") if unquote(pair.split("=", 1)[0]).lower() not in names]
    return urlunsplit(parts._replace(query="&".join(kept)))


def with_parameters(url: str, extra: dict[str, str]) -> str:
    """`url` with the parameters `extra` set, replacing ones of the same name."""
    parts = urlsplit(without_parameters(url, {name.lower() for name in extra}))
    query = "&".join(filter(None, [parts.query, urlencode(extra)]))
    return urlunsplit(parts._replace(query=query))


def parameters(url: str) -> dict[str, str]:
    """Query parameters by name; the first of each name wins."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        found.setdefault(name, value)
    return found


def _host(host: str, url: str) -> str:
    try:
        return _canonical(host)
    except ValueError as fault:
        raise NotAUrl(f"{url!r}: {fault}") from fault


@lru_cache(maxsize=4096)
def _canonical(host: str) -> str:
    """The one form of a host (WHATWG §3.5): every spelling of an address is that address, so that no guard takes it for a name.

    Raises ValueError, whose text says why it is none.
    """
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host.partition('%')[0])}]"
    name = unquote(host).lower()
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode("ascii")
    name = name.removesuffix(".")
    if not name:
        raise ValueError(_("no host"))
    if not _NAME.fullmatch(name):
        raise ValueError(_("“{host}” is not a host name", host=name))
    if _ENDS_IN_NUMBER.search(name):
        return str(_ipv4(name))
    if len(name) > _MOST_NAME or any(len(label) > _MOST_LABEL for label in name.split(".")):
        raise ValueError(_("a host name has at most 253 characters, and 63 between two dots"))
    return name


def _ipv4(name: str) -> ipaddress.IPv4Address:
    """One to four numbers, decimal, octal (017) or hexadecimal (0x7f); the last fills what is left (WHATWG §3.5, IPv4 parser)."""
    parts = name.split(".")
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        numbers = []
    room = 256 ** (5 - len(parts)) if len(parts) <= 4 else 0
    if not numbers or any(number > 255 for number in numbers[:-1]) or numbers[-1] >= room:
        raise ValueError(_("“{host}” ends in a number and is no IPv4 address", host=name))
    value = numbers[-1]
    for place, number in enumerate(numbers[:-1]):
        value += number << (8 * (3 - place))
    return ipaddress.IPv4Address(value)


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    if not part.isdigit():
        raise ValueError(part)
    return int(part, 8 if len(part) > 1 and part.startswith("0") else 10)


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4, empty segments kept."""
    output: list[str] = []
    segments = path.split("/")
    for position, segment in enumerate(segments):
        low = segment.lower().replace("%2e", ".")
        last = position == len(segments) - 1
        if low == "..":
            if len(output) > 1:
                output.pop()
            if last:
                output.append("")
        elif low == ".":
            if last:
                output.append("")
        else:
            output.append(segment)
    return "/".join(output)


def _escapes(text: str, safe: str) -> str:
    """Escapes upper-case, those of unreserved characters undone, what must be escaped escaped."""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character.isascii() and (character.isalnum() or character in _UNRESERVED) else "%" + match[1].upper()

    kept = _ESCAPE.sub(one, text)
    kept = re.sub(r"%(?![0-9A-F]{2})", "%25", kept)
    return quote(kept, safe=safe)
