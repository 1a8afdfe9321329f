"""How wide a text is on a result page: pixels of Arial (Han characters are as wide as the font is high), beside full-width units
(growth.text).

Figures: the advance widths of Arial's Latin letters in thousandths of the font size; 20 px for titles, 14 px for descriptions.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

TITLE_PX = 20
DESCRIPTION_PX = 14
_NARROW = {278: " !,./:;I[\\]t", 222: "ijl", 191: "'", 355: '"', 333: "()-`r", 389: "*", 334: "{}", 260: "|", 469: "^"}
_WIDE = {
    556: "#$0123456789?L_abdeghnopqu",
    500: "Jckvsxyz",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@",
}
_WIDTHS = {character: width for table in (_NARROW, _WIDE) for width, characters in table.items() for character in characters} | {"f": 278}


@lru_cache(maxsize=8192)
def pixels(text: str, size_px: int) -> int:
    """Width of `text` in pixels at a font size, rounded."""
    return round(sum(map(_width, text)) * size_px / 1000)


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0
    return 1000 if unicodedata.east_asian_width(character) in "WF" else 556
