"""Which character set a page is in: what it declares, and what its bytes are.

Order of the declarations: byte order mark, HTTP header, ``meta`` in the first 1,024 bytes (WHATWG HTML §13.2.3, encoding standard for the
labels). Where the bytes are not what is declared, the text is read as what they are, so that titles are right, and the conflict is told.
"""

from __future__ import annotations

import codecs
import re

from seo.page import Charset

#: labels whose meaning in browsers differs from Python's codec of that name
_LABELS = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb18030": "gb18030",
    "cp936": "gb18030",
    "chinese": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "l1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-9": "cp1254",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
    "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "x-user-defined": "cp1252",
}
_NAMES = {
    "gb18030": "gb18030",
    "big5hkscs": "big5",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.-]{2,40})""", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]{2,40})", re.I)
#: how much of a page may declare its character set, in bytes
META_WITHIN = 1024


def decode_html(body: bytes, content_type: str) -> tuple[bytes, Charset]:
    """The page as UTF-8 bytes without byte order mark and NUL, and what it says of its character set."""
    bom = next((name for mark, name in _BOMS if body.startswith(mark)), None)
    raw = body[3 if bom == "utf-8" else 2 :] if bom else body
    header = _codec(found[1]) if (found := _HEADER.search(content_type)) else None
    inside = _META.search(body[:META_WITHIN])
    meta = _codec(inside[1].decode("ascii")) if inside else None
    if meta in ("utf-16-le", "utf-16-be"):
        meta = "utf-8"  # such a declaration could not have been read if it were true (WHATWG)
    declared = bom or header or meta
    utf8, used, decodes = _read(raw, declared)
    if b"\0" in utf8:
        utf8 = utf8.replace(b"\0", b"\xef\xbf\xbd")
    return utf8, Charset(header=_name(header), meta=_name(meta), bom=_name(bom), used=_name(used) or "", decodes=decodes)


def _read(raw: bytes, declared: str | None) -> tuple[bytes, str, bool]:
    """UTF-8 bytes, the codec used, and whether it is the declared one. A torn character at the very end is no conflict."""
    for codec in dict.fromkeys((declared, "utf-8", "gb18030")):
        if codec is None:
            continue
        text = _strict(raw, codec)
        if text is not None:
            return (raw if codec == "utf-8" and text == "" else text.encode("utf-8", "replace")), codec, declared in (None, codec)
    codec = declared or "utf-8"
    return raw.decode(codec, "replace").encode("utf-8", "replace"), codec, False


def _strict(raw: bytes, codec: str) -> str | None:
    """The text where `raw` is all of `codec`; "" for UTF-8, which need not be recoded."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        text = decoder.decode(raw, final=False)
    except (UnicodeDecodeError, ValueError):
        return None
    if codec == "utf-8":
        return "" if not decoder.getstate()[0] else text
    return text


def _codec(label: str) -> str | None:
    plain = label.strip().lower()
    if plain in _LABELS:
        return _LABELS[plain]
    try:
        found = codecs.lookup(plain)
    except LookupError:
        return None
    # codecs.lookup also knows what is no character set (rot13, hex, zlib)
    return found.name if found._is_text_encoding else None


def _name(codec: str | None) -> str | None:
    return None if codec is None else _NAMES.get(codec, "windows-1252" if codec == "cp1252" else codec)
