"""Robots directives of a page (meta and X-Robots-Tag), and what ``Link`` headers say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from seo.page import Directive, Meta

#: names of ``meta`` that speak to one engine's crawler
ROBOTS = frozenset(
    {
        "robots",
        "googlebot",
        "googlebot-news",
        "bingbot",
        "msnbot",
        "baiduspider",
        "360spider",
        "sogou",
        "sogou web spider",
        "yisouspider",
        "bytespider",
        "yandex",
        "slurp",
    }
)
_KNOWN = frozenset(
    {
        "all",
        "index",
        "follow",
        "noindex",
        "nofollow",
        "none",
        "noarchive",
        "nocache",
        "nosnippet",
        "noimageindex",
        "notranslate",
        "noodp",
        "noydir",
    }
    | {"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after", "indexifembedded", "nositelinkssearchbox"}
)
_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:\"[^\"]*\"|[^\s,;\"]+))?)*)")
_PARAMETER = re.compile(r"([\w*-]+)(?:\s*=\s*(?:\"([^\"]*)\"|([^\s,;\"]+)))?")


def robots_directives(metas: Iterable[Meta], headers: Mapping[str, str]) -> tuple[Directive, ...]:
    """Every directive that tags and headers give, for whom, and from where."""
    found = []
    for meta in metas:
        if meta.name in ROBOTS and not meta.http_equiv:
            agent = "" if meta.name == "robots" else meta.name
            for name, value in _directives(meta.content):
                found.append(Directive(agent=agent, name=name, value=value, header=False, in_head=meta.in_head, line=meta.line))
    if tag := headers.get("x-robots-tag"):
        agent = ""
        for part in _parts(tag):
            before, colon, after = part.partition(":")
            if colon and before.strip().lower() not in _KNOWN:
                agent, part = before.strip().lower(), after
            for name, value in _directives(part):
                found.append(Directive(agent=agent, name=name, value=value, header=True, in_head=True, line=0))
    return tuple(found)


def link_headers(headers: Mapping[str, str]) -> Iterator[tuple[str, frozenset[str], str]]:
    """(target as written, words of rel, hreflang) of each entry of the ``Link`` headers (RFC 8288)."""
    value = headers.get("link")
    if not value:
        return
    for match in _LINK.finditer(value[:20_000]):
        parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(match[2])}
        yield match[1].strip(), frozenset(parameters.get("rel", "").lower().split()), parameters.get("hreflang", "")


def _directives(content: str) -> Iterator[tuple[str, str]]:
    for part in _parts(content):
        name, _colon, value = part.partition(":")
        yield name.strip().lower(), value.strip()


def _parts(content: str) -> Iterator[str]:
    """The parts between commas; a date after ``unavailable_after:`` may have commas of its own."""
    pending = ""
    for part in re.split(r"[,，]", content):
        if pending:
            word = part.strip().partition(":")[0].lower()
            if word in _KNOWN:
                yield pending
                pending = ""
            else:
                pending += "," + part
                continue
        if part.strip().lower().startswith("unavailable_after"):
            pending = part
        elif part.strip():
            yield part
    if pending:
        yield pending
