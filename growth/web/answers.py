"""Answers: what a handler gives back. Every kind is made here, so that a file name or a redirect is right everywhere."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response
from litestar.datastructures import Cookie

from growth import clock
from growth.money import Money

#: what a handler returns
Page = Response[bytes]

#: Litestar adds ``charset=utf-8`` to every text kind
HTML = "text/html"
JSON = "application/json"
TEXT = "text/plain"
PROBLEM = "application/problem+json"


def answer(
    content: bytes | str,
    *,
    media_type: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    cookies: Iterable[Cookie] = (),
) -> Page:
    """Any answer. Without a Cache-Control of its own it is not stored."""
    body = content.encode() if isinstance(content, str) else content
    said = {"cache-control": "no-store", **(headers or {})}
    return Response(content=body, media_type=media_type, status_code=status, headers=said, cookies=list(cookies))


def html(text: str, *, status: int = 200, headers: Mapping[str, str] | None = None, cookies: Iterable[Cookie] = ()) -> Page:
    """A page that was rendered."""
    return answer(text, media_type=HTML, status=status, headers=headers, cookies=cookies)


def json_answer(document: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Page:
    """`document` as JSON in the manner of the house: times RFC 3339, money as amount and currency, ids as text."""
    return answer(json.dumps(plain(document), ensure_ascii=False), media_type=JSON, status=status, headers=headers)


def file_answer(content: bytes, *, name: str, media_type: str) -> Page:
    """A download. `name` may be Chinese (RFC 6266)."""
    ascii_name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    disposition = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    return answer(content, media_type=media_type, headers={"content-disposition": disposition})


def redirect(location: str, *, status: int = 303, cookies: Iterable[Cookie] = (), headers: Mapping[str, str] | None = None) -> Page:
    """Elsewhere. `location` is an own path (see `own_path`) or a registered target; never text from the request itself."""
    return answer(b"", media_type=TEXT, status=status, headers={**(headers or {}), "location": _one_line(location)}, cookies=cookies)


def problem(
    status: int,
    title: str,
    *,
    detail: str = "",
    fix: str | None = None,
    more: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Page:
    """An error for a program (RFC 9457): ``type``, ``title``, ``status``, ``detail``, and ``fix`` where there is one."""
    document: dict[str, object] = {"type": "about:blank", "title": title, "status": status}
    document.update({name: value for name, value in (("detail", detail), ("fix", fix), *(more or {}).items()) if value})
    return answer(json.dumps(plain(document), ensure_ascii=False), media_type=PROBLEM, status=status, headers=headers)


def own_path(wanted: str, default: str = "/") -> str:
    """`wanted` where it is a path of this program, else `default`: what a browser would read as another host is refused."""
    if not wanted.startswith("/") or wanted[1:2] in ("/", "\\") or "\\" in wanted or len(wanted) > 2000:
        return default
    return default if any(ord(c) < 0x21 or ord(c) == 0x7F for c in wanted) else wanted


def _one_line(location: str) -> str:
    if any(ord(c) < 0x20 for c in location):
        raise ValueError("a control character in a redirect")
    return quote(location, safe="%/:=&?~#+!$,;'@()*[]-._")


def plain(value: Any) -> Any:
    """`value` of JSON's own kinds."""
    if value is None or isinstance(value, bool | float) or type(value) in (int, str):
        return value
    if isinstance(value, Money):
        return value.as_json()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return clock.rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, UUID):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {entry.name: plain(getattr(value, entry.name)) for entry in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [plain(entry) for entry in value]
    return str(value)
