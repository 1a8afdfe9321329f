"""Where on a page things stand: lines, columns, and the part (nav, header, footer …)."""

from __future__ import annotations

import re
from typing import Any

from seo.page import Place

#: start tags whose position is wanted
_STARTS = re.compile(rb"<(a|area|img|link|script|iframe|form|source|video|audio|track|embed|object|meta)(?=[\s/>])", re.I)
_NAMES = {
    name.encode(): name
    for name in (
        *("a", "area", "img", "link", "script", "iframe", "form", "source"),
        *("video", "audio", "track", "embed", "object", "meta"),
    )
}
_PARTS = {"nav": Place.NAV, "header": Place.HEADER, "footer": Place.FOOTER, "aside": Place.ASIDE, "main": Place.MAIN}
_WORDS = {
    **dict.fromkeys(("nav", "menu", "navbar", "navigation", "topnav", "mainnav"), Place.NAV),
    **dict.fromkeys(("header", "head", "top", "topbar"), Place.HEADER),
    **dict.fromkeys(("footer", "foot", "bottom", "site-footer", "page-footer", "copyright"), Place.FOOTER),
    **dict.fromkeys(("sidebar", "aside", "side"), Place.ASIDE),
}
_ROLES = {"navigation": Place.NAV, "banner": Place.HEADER, "contentinfo": Place.FOOTER, "complementary": Place.ASIDE, "main": Place.MAIN}


class Positions:
    """Line and column of elements, by tag and order of their start tags.

    libxml2 knows only the line where a start tag ends; the columns are found again in the source. Where the source has other start tags
    than the tree (inside a comment that never ends, say), the parser's line stands and the column is 0.
    """

    def __init__(self, source: bytes) -> None:
        starts: dict[str, list[tuple[int, int]]] = {}
        line, line_begin, last = 1, -1, 0
        for found in _STARTS.finditer(_without_raw_text(source)):
            start = found.start()
            if breaks := source.count(b"\n", last, start):
                line += breaks
                line_begin = source.rfind(b"\n", last, start)
            last = start
            tag = _NAMES.get(found[1]) or found[1].lower().decode()
            if (places := starts.get(tag)) is None:
                places = starts[tag] = []
            places.append((line, start - line_begin))
        self._starts = starts
        self._next = dict.fromkeys(starts, 0)

    def of(self, element: Any) -> tuple[int, int]:
        """(line, column) of an element; elements of a tag must be asked for in document order, each once."""
        tag = element.tag
        line: int = element.sourceline or 0
        starts = self._starts.get(tag)
        if starts is None:
            return line, 0
        place = self._next[tag]
        self._next[tag] = place + 1
        # a start tag ends where it began or a few lines below
        if place < len(starts) and starts[place][0] <= line <= starts[place][0] + 40:
            return starts[place]
        return line, 0


def _without_raw_text(source: bytes) -> bytes:
    """`source` with comments and the insides of script and style blanked out, lengths and line breaks kept. Linear, whatever is in it."""
    lowered = source.lower()
    if b"<!--" not in lowered and b"<script" not in lowered and b"<style" not in lowered:
        return source
    pieces: list[bytes] = []
    position = 0
    for begin, end in _raw_spans(lowered):
        pieces.append(source[position:begin])
        pieces.append(b"\n".join(b" " * len(line) for line in source[begin:end].split(b"\n")))
        position = end
    pieces.append(source[position:])
    return b"".join(pieces)


_RAW = re.compile(rb"<!--|<(?:script|style)(?=[\s/>])")


def _raw_spans(lowered: bytes) -> list[tuple[int, int]]:
    spans = []
    position = 0
    while found := _RAW.search(lowered, position):
        if found[0] == b"<!--":
            begin, mark = found.start(), b"-->"
        else:
            inside = lowered.find(b">", found.end())
            if inside < 0:
                break
            begin, mark = inside + 1, b"</" + found[0][1:]
        end = lowered.find(mark, begin)
        if end < 0:
            spans.append((begin, len(lowered)))
            break
        spans.append((begin, end))
        position = end + len(mark)
    return spans


def parts_of(body: Any) -> list[tuple[Any, Place]]:
    """The parts of a page in document order: ``nav``, ``header`` …, ARIA roles, and ``div`` that say it by id or class, as most Chinese
    sites do.
    """
    found = []
    for element in body.iter("nav", "header", "footer", "aside", "main", "div"):
        tag = element.tag
        if tag != "div":
            place = _PARTS[tag]
            # the header of an article is not that of the page
            if place in (Place.HEADER, Place.FOOTER) and any(up.tag in ("article", "section") for up in element.iterancestors()):
                continue
            found.append((element, place))
            continue
        if role := _ROLES.get(element.get("role", "")):
            found.append((element, role))
            continue
        named = element.get("id")
        word = _WORDS.get(named.lower()) if named else None
        if word is None and (classes := element.get("class")):
            word = next((_WORDS[one] for one in classes.lower().split() if one in _WORDS), None)
        if word is not None:
            found.append((element, word))
    return found
