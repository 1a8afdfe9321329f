"""What a reader sees of a page, and small things about texts: blanks, Han characters, words, terms."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from lxml import etree

#: elements whose inside nobody reads
UNSEEN = ("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "textarea", "select", "title")
_TEXTS: Any = etree.XPath(".//text()", smart_strings=False)
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_LATIN_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def collapsed(text: str) -> str:
    """`text` with every run of blanks as one space, none at the ends."""
    return " ".join(text.split())


def seen_text(element: Any) -> str:
    """The text below an element, blocks apart by a space."""
    return " ".join(" ".join(_TEXTS(element)).split())


def inner_text(element: Any) -> str:
    """The text of an inline element, joined as it is shown."""
    return " ".join("".join(element.itertext()).split())


def han_count(text: str) -> int:
    """Number of Han characters."""
    return len(_HAN.findall(text)) if not text.isascii() else 0


def word_count(text: str) -> int:
    """Words of the parts that are not Han: between blanks, or runs of letters and digits where there is Han too. `text` has its blanks
    collapsed.
    """
    if text.isascii():
        return text.count(" ") + 1 if text else 0
    return len(_LATIN_WORD.findall(_HAN.sub(" ", text)))


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """For comparing texts: NFKC, blanks collapsed, case folded."""
    return collapsed(unicodedata.normalize("NFKC", text)).casefold()
