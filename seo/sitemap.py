"""Sitemaps as they are found: XML, index, text, RSS and Atom; every problem told, nothing expanded, no limit passed (A18, F22, F23)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any

from lxml import etree

from growth import urls
from growth.text import printable

#: sitemaps.org: entries and unpacked bytes of one file
MOST_ENTRIES = 50_000
MOST_BYTES = 50 * 1024 * 1024
#: entries of one file that are read all the same
READ_ENTRIES = 200_000
#: levels of index files that are followed
MOST_LEVELS = 5
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


class SitemapKind(StrEnum):
    """What a sitemap file is."""

    URLSET = "urlset"
    INDEX = "index"
    TEXT = "text"
    FEED = "feed"
    #: an HTML page in place of a sitemap
    HTML = "html"
    NONE = "none"


class SitemapFault(StrEnum):
    """What is wrong with a sitemap file."""

    XML = "xml"
    ROOT = "root"
    NAMESPACE = "namespace"
    HTML = "html"
    #: document type with entities: stopped before anything is expanded
    ENTITIES = "entities"
    LOC = "bad-loc"
    RELATIVE = "relative-loc"
    TOO_MANY = "too-many"
    TOO_LARGE = "too-large"
    PACKED = "bad-gzip"
    EMPTY = "empty"
    ENCODING = "encoding"
    #: an index that lists itself
    LOOP = "loop"
    #: more levels of index files than are followed
    TOO_DEEP = "too-deep"


@dataclass(frozen=True, slots=True)
class SitemapProblem:
    """One problem with its line (0 where there is none)."""

    fault: SitemapFault
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One URL of a sitemap, in normal form; `lastmod` as written."""

    url: str
    lastmod: str | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """A file that was read."""

    kind: SitemapKind
    entries: tuple[Entry, ...]
    problems: tuple[SitemapProblem, ...]
    size_bytes: int
    #: entries in the file, also those that were not read
    count: int


def read_sitemap(body: bytes) -> Sitemap:
    """The entries and problems of a sitemap file, unpacked first where it is gzip. Never raises."""
    from seo.crawl.unpack import BadEncoding, TooLarge, unpack

    problems: list[SitemapProblem] = []
    if body[:2] == b"\x1f\x8b":
        try:
            body = unpack(body, "gzip", limit=MOST_BYTES)
        except TooLarge:
            return _only(SitemapFault.TOO_LARGE, "", len(body))
        except BadEncoding as fault:
            return _only(SitemapFault.PACKED, str(fault), len(body))
    if len(body) > MOST_BYTES:
        problems.append(SitemapProblem(SitemapFault.TOO_LARGE, 0, str(len(body))))
        body = body[:MOST_BYTES]
    start = body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        return _only(SitemapFault.EMPTY, "", len(body))
    if start.startswith((b"<!doctype html", b"<html")):
        return _only(SitemapFault.HTML, "", len(body), SitemapKind.HTML)
    if b"<!entity" in body[:100_000].lower():
        return _only(SitemapFault.ENTITIES, "", len(body))
    if start.startswith((b"http://", b"https://")):
        return _text(body, problems)
    return _xml(body, problems)


def _only(fault: SitemapFault, text: str, size: int, kind: SitemapKind = SitemapKind.NONE) -> Sitemap:
    return Sitemap(kind=kind, entries=(), problems=(SitemapProblem(fault, 0, printable(text)[:200]),), size_bytes=size, count=0)


def _text(body: bytes, problems: list[SitemapProblem]) -> Sitemap:
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        problems.append(SitemapProblem(SitemapFault.ENCODING, 0, ""))
        lines = body.decode("gb18030", "replace").splitlines()
    entries: list[Entry] = []
    count = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            count += 1
            _entry(entries, problems, line.strip(), None, number)
    return _whole(SitemapKind.TEXT, entries, problems, len(body), count)


def _xml(body: bytes, problems: list[SitemapProblem]) -> Sitemap:
    entries: list[Entry] = []
    kind: SitemapKind | None = None
    count = 0
    try:
        for element in _elements(body):
            if kind is None:
                kind = _kind(element, problems)
                if kind is SitemapKind.NONE:
                    break
            found = _loc(element, kind)
            if found is None:
                continue
            count += 1
            if count <= READ_ENTRIES:
                _entry(entries, problems, *found, element.sourceline or 0)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as fault:
        problems.append(SitemapProblem(SitemapFault.XML, fault.lineno or 0, printable(str(fault.msg))[:200]))
    return _whole(kind or SitemapKind.NONE, entries, problems, len(body), count)


def _elements(body: bytes) -> Iterator[Any]:
    """Elements as they close; the document is never whole in memory."""
    source = BytesIO(body.lstrip(b"\xef\xbb\xbf \t\r\n"))
    reader = etree.iterparse(
        source, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    root_seen = False
    for event, element in reader:
        if not root_seen:
            root_seen = True
            yield element
        elif event == "end":
            yield element


def _kind(root: Any, problems: list[SitemapProblem]) -> SitemapKind:
    name = etree.QName(root)
    kind = {"urlset": SitemapKind.URLSET, "sitemapindex": SitemapKind.INDEX, "rss": SitemapKind.FEED, "feed": SitemapKind.FEED}.get(
        name.localname
    )
    if kind is None:
        problems.append(SitemapProblem(SitemapFault.ROOT, root.sourceline or 0, name.localname[:60]))
        return SitemapKind.NONE
    if kind in (SitemapKind.URLSET, SitemapKind.INDEX) and name.namespace != NAMESPACE:
        problems.append(SitemapProblem(SitemapFault.NAMESPACE, root.sourceline or 0, (name.namespace or "–")[:200]))
    return kind


def _loc(element: Any, kind: SitemapKind) -> tuple[str, str | None] | None:
    name = etree.QName(element).localname
    wanted = {SitemapKind.URLSET: "url", SitemapKind.INDEX: "sitemap"}.get(kind)
    if kind is SitemapKind.FEED:
        if name not in ("item", "entry"):
            return None
        for child in element:
            if etree.QName(child).localname == "link":
                return ((child.text or child.get("href") or "").strip(), None)
        return None
    if name != wanted:
        return None
    loc, lastmod = "", None
    for child in element:
        part = etree.QName(child).localname
        if part == "loc":
            loc = (child.text or "").strip()
        elif part == "lastmod":
            lastmod = (child.text or "").strip()[:60]
    return loc, lastmod


def _entry(entries: list[Entry], problems: list[SitemapProblem], loc: str, lastmod: str | None, line: int) -> None:
    try:
        entries.append(Entry(urls.normal(loc), lastmod, line))
    except urls.NotAUrl:
        fault = SitemapFault.RELATIVE if loc.startswith(("/", ".")) else SitemapFault.LOC
        if len(problems) < 100:
            problems.append(SitemapProblem(fault, line, printable(loc)[:200]))


def _whole(kind: SitemapKind, entries: list[Entry], problems: list[SitemapProblem], size: int, count: int) -> Sitemap:
    if count > MOST_ENTRIES:
        problems.append(SitemapProblem(SitemapFault.TOO_MANY, 0, str(count)))
    if not count and not problems:
        problems.append(SitemapProblem(SitemapFault.EMPTY, 0, ""))
    return Sitemap(kind=kind, entries=tuple(entries), problems=tuple(problems), size_bytes=size, count=count)
