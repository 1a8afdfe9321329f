"""What is stored of a page: the columns that reports and cross-page checks ask for, and the sheet with the rest."""

from __future__ import annotations

import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from seo.filing import icp_number
from seo.packed import pack, unpack
from seo.page import Page
from seo.sketch import sketch
from seo.tags import analytics_of
from seo.width import DESCRIPTION_PX, TITLE_PX, pixels

PAGE_COLUMNS = (
    "crawl_id",
    "id",
    "canonical",
    "title",
    "title_px",
    "description",
    "description_px",
    "h1",
    "h2",
    "lang",
    "charset",
    "noindex",
    "nofollow",
    "words",
    "han",
    "elements",
    "images",
    "links_internal",
    "links_external",
    "text_hash",
    "sketch",
    "icp",
    "tags",
    "anchors",
    "sheet",
    "inlinks",
    "equity",
)
#: raw JSON-LD that is kept of one block, characters
_JSONLD = 5000
_HEADERS = frozenset(
    {
        *(
            "content-type",
            "content-encoding",
            "content-length",
            "cache-control",
            "etag",
            "last-modified",
            "server",
            "x-powered-by",
            "link",
            "x-robots-tag",
        ),
        *(
            "strict-transport-security",
            "content-security-policy",
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "vary",
            "expires",
            "age",
        ),
    }
)


def page_values(page: Page) -> tuple[Any, ...]:
    """The values of `PAGE_COLUMNS` after the first three, which the crawl numbers."""
    is_internal = page.site.is_internal
    sides = Counter(is_internal(link.target) for link in page.clickable if link.target is not None)
    main = page.main_text
    anchors = zlib.compress("\n".join(dict.fromkeys(page.ids)).encode("utf-8", "replace"), 1) if page.ids else None
    return (
        page.title[:1000],
        pixels(page.title, TITLE_PX),
        page.description[:2000],
        pixels(page.description, DESCRIPTION_PX),
        page.h1[:500],
        next((one.text for one in page.headings if one.level == 2), "")[:500],
        page.lang[:40] if page.lang is not None else None,
        page.charset.used,
        page.noindex,
        page.nofollow,
        page.words,
        page.han,
        page.elements,
        len(page.images),
        sides[True],
        sides[False],
        text_hash(main),
        sketch(main),
        icp_number(page.text),
        ",".join(analytics_of(page)),
        anchors,
        sheet(page),
        0,
        0.0,
    )


def text_hash(text: str) -> int:
    """A signed 64-bit hash of a text, whose blanks are collapsed, without regard to blanks, case and width."""
    joined = text.replace(" ", "").lower() if text.isascii() else "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return int.from_bytes(blake2b(joined.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def sheet(page: Page) -> bytes:
    """The rest of what the crawler saw, packed: what the page's own sheet in the dashboard shows."""
    document: dict[str, Any] = {
        "titles": page.titles,
        "metas": page.metas[:100],
        "headings": [(one.level, one.text[:200], one.line) for one in page.headings[:200]],
        "canonicals": page.canonicals,
        "hreflangs": page.hreflangs[:200],
        "directives": page.directives,
        "jsonld": [{"line": one.line, "text": one.text[:_JSONLD]} for one in page.jsonld[:20]],
        "forms": page.forms[:20],
        "charset": page.charset,
        "headers": {name: value[:1000] for name, value in page.headers.items() if name in _HEADERS},
        "item_types": page.item_types[:20],
        "links_dropped": page.links_dropped,
        "app_root": page.app_root,
        "text_length": len(page.text),
        "script_bytes": sum(script.size for script in page.scripts),
    }
    if page.rendered is not None:
        document["rendered"] = msgspec.structs.replace(page.rendered, html=b"")
        document["unrendered"] = page.unrendered
    if page.site.keywords:
        document["words"] = keyword_counts(page.main_text, page.site.keywords)
    return pack(msgspec.json.encode(document))


def keyword_counts(text: str, words: Sequence[str]) -> dict[str, int]:
    """How often each of the folded `words` stands in a text.

    Full-width letters of the text stay as they are: NFKC of 5,000 Han characters takes five times as long as counting 50 words in them.
    """
    plain = text.casefold()
    return {word: plain.count(word) for word in words}


class _Meta(msgspec.Struct):
    name: str
    content: str


class _Told(msgspec.Struct):
    """The part of a sheet that tables show: reading no more takes a fifth of the time."""

    metas: list[_Meta]
    headings: list[tuple[int, str, int]]
    headers: dict[str, str]


_told = msgspec.json.Decoder(_Told)
#: what `told_of` tells where there is no sheet
NOTHING_TOLD: dict[str, str | None] = dict.fromkeys(
    ("keywords", "meta_robots", "meta_refresh", "h1_2", "h2_2", "x_robots_tag", "last_modified")
)


def told_of(packed: bytes) -> dict[str, str | None]:
    """What tables show of a sheet: the first meta elements of their names, second headings, headers; None where there is none."""
    told = _told.decode(unpack(packed))
    metas: dict[str, str] = {}
    for meta in told.metas:
        metas.setdefault(meta.name, meta.content)
    second = {level: [text for at, text, _line in told.headings if at == level and text][1:2] for level in (1, 2)}
    return {
        "keywords": metas.get("keywords"),
        "meta_robots": metas.get("robots"),
        "meta_refresh": metas.get("refresh"),
        "h1_2": second[1][0] if second[1] else None,
        "h2_2": second[2][0] if second[2] else None,
        "x_robots_tag": told.headers.get("x-robots-tag"),
        "last_modified": told.headers.get("last-modified"),
    }


def unsheet(packed: bytes) -> dict[str, Any]:
    """The document in a sheet."""
    found: dict[str, Any] = msgspec.json.decode(unpack(packed))
    return found
