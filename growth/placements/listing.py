"""Find our link on somebody else's page: directly, or behind a redirecting wrapper (``/go?url=…``, percent- or base64-encoded)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import lxml.html

from growth import urls

_BASE64 = re.compile(r"^[A-Za-z0-9+/_-]{12,}={0,2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingFound:
    """Our link as the page shows it. `wrapped` is the wrapper's own address; `description` the text beside the link."""

    href: str
    target: str
    anchor: str
    rel: frozenset[str]
    wrapped: str | None
    description: str

    @property
    def follow(self) -> bool:
        """Whether engines may follow it."""
        return not self.rel & {"nofollow", "ugc", "sponsored"}


def find_listing(html: str, *, page_url: str, our_hosts: frozenset[str]) -> list[ListingFound]:
    """Every link on the page that leads to one of `our_hosts` (``www.`` makes no difference), in the order of the page."""
    if not html.strip():
        return []
    document: Any = lxml.html.document_fromstring(html)
    hosts = {host.removeprefix("www.") for host in our_hosts}
    found = []
    page_nofollow = _page_nofollow(document)
    for link in document.iter("a"):
        href = link.get("href")
        if not href:
            continue
        for target, wrapped in _targets(href, page_url):
            if urls.host_of(target).removeprefix("www.") in hosts:
                rel = frozenset((link.get("rel") or "").lower().split()) | page_nofollow
                anchor = " ".join(link.text_content().split()) or (link.get("title") or "")
                found.append(
                    ListingFound(
                        href=href,
                        target=target,
                        anchor=anchor[:200],
                        rel=rel,
                        wrapped=wrapped,
                        description=_description(link, anchor)[:500],
                    )
                )
                break
    return found


def _targets(href: str, page_url: str) -> Iterator[tuple[str, str | None]]:
    """The link itself, then whatever address its parameters carry."""
    try:
        direct = urls.normal(href, base=page_url)
    except urls.NotAUrl:
        return
    yield direct, None
    for value in urls.parameters(direct).values():
        for candidate in _unwrapped(value):
            yield candidate, direct
    tail = urlsplit(direct).path.rsplit("/", 1)[-1]
    for candidate in _unwrapped(tail):
        yield candidate, direct


def _unwrapped(value: str) -> Iterator[str]:
    texts = [value, unquote(value)]
    if _BASE64.match(value):
        try:
            texts.append(base64.urlsafe_b64decode(value.replace("+", "-").replace("/", "_") + "=" * (-len(value) % 4)).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError, ValueError):
            pass
    for text in texts:
        if text.startswith(("http://", "https://")):
            try:
                yield urls.normal(text)
            except urls.NotAUrl:
                continue


def _page_nofollow(document: Any) -> frozenset[str]:
    for meta in document.iter("meta"):
        if (meta.get("name") or "").lower() == "robots" and re.search(r"\b(nofollow|none)\b", (meta.get("content") or "").lower()):
            return frozenset({"nofollow"})
    return frozenset()


def _description(link: Any, anchor: str) -> str:
    """The text of the smallest block around the link that says more than the link."""
    block = link
    for _step in range(4):
        parent = block.getparent()
        if parent is None or parent.tag in ("body", "html"):
            break
        block = parent
        text = " ".join(block.text_content().split())
        if len(text) > len(anchor) + 8:
            return text.replace(anchor, "", 1).strip()
    return ""
