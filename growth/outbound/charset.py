"""From bytes to text: byte order mark, header, ``<meta>``, and where they are missing or lie, what the bytes themselves say.

A byte order mark wins over the header (WHATWG Encoding §6); gb2312 and gbk are read as their superset GB18030.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_:-]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{2,40})", re.IGNORECASE)
#: how far into a page its ``<meta>`` is looked for (WHATWG HTML §13.2.3.2 says 1024; real pages put it later)
_LOOK_BYTES = 4096
_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "gb-2312": "gb18030",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "utf8": "utf-8",
    "utf-16": "utf-16-le",
    "big5": "big5hkscs",
}
#: tried in this order where nothing is declared, or what is declared does not fit
_GUESSES = ("utf-8", "gb18030", "big5hkscs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """`declared` is what header or page said (empty: nothing), `encoding` what was used, `damaged` whether bytes did not fit it."""

    text: str
    encoding: str
    declared: str
    damaged: bool


def decode(content: bytes, content_type: str = "") -> Decoded:
    """Text of a page or file; never raises."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _with(content[len(mark) :], encoding, declared=encoding)
    declared = declared_charset(content, content_type)
    if declared:
        encoding = _python_name(declared)
        if encoding and (found := _strictly(content, encoding)) is not None:
            return Decoded(text=found, encoding=encoding, declared=declared, damaged=False)
    for encoding in _GUESSES:
        if (found := _strictly(content, encoding)) is not None:
            return Decoded(text=found, encoding=encoding, declared=declared, damaged=False)
    return _with(content, _python_name(declared) or _best(content), declared=declared)


def declared_charset(content: bytes, content_type: str = "") -> str:
    """What the header says, else the page's own ``<meta>`` or XML declaration; lower case, empty where nothing does."""
    if match := _HEADER.search(content_type):
        return match[1].lower()
    head = content[:_LOOK_BYTES]
    found = _XML.match(head) or _META.search(head)
    return found[1].decode("ascii").lower() if found else ""


def _python_name(charset: str) -> str:
    name = _SUPERSETS.get(charset, charset)
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        return ""


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return _cut_short(content, encoding) if len(content) > _LOOK_BYTES else None


def _cut_short(content: bytes, encoding: str) -> str | None:
    """A page cut at the size limit may end within a character: that alone is no damage."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content, final=False)
    except (UnicodeDecodeError, LookupError):
        return None


def _best(content: bytes) -> str:
    """The guess with the fewest bytes that do not fit."""
    return min(_GUESSES, key=lambda encoding: content.decode(encoding, "replace").count("�"))


def _with(content: bytes, encoding: str, *, declared: str) -> Decoded:
    text = content.decode(encoding, "replace")
    return Decoded(text=text, encoding=encoding, declared=declared, damaged="�" in text)
