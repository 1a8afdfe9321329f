"""Trying one thing without a workspace: a robots.txt from a file or an address."""

from __future__ import annotations

from pathlib import Path

from growth.errors import GrowthError, Unreachable
from growth.language import _


def robots_text(file_or_url: str) -> bytes:
    """The bytes of a robots.txt; "" for an address that answers 4xx, which allows everything (RFC 9309 §2.3.1.3)."""
    if "://" not in file_or_url:
        try:
            return Path(file_or_url).read_bytes()
        except OSError as fault:
            raise GrowthError(
                _("{path} cannot be read: {why}", path=file_or_url, why=fault.strerror), fix=_("give a file or an address")
            ) from fault
    import httpx

    url = file_or_url if file_or_url.rstrip("/").endswith("robots.txt") else file_or_url.rstrip("/") + "/robots.txt"
    try:
        answer = httpx.get(url, follow_redirects=True, timeout=20)
    except httpx.HTTPError as fault:
        raise Unreachable(_("{url} does not answer: {why}", url=url, why=str(fault)), fix=_("check the address")) from fault
    if answer.status_code >= 500:
        return b"User-agent: *\nDisallow: /\n"
    return answer.content if answer.is_success else b""
