"""Near-duplicates without comparing every pair: a bottom-k sketch of a text's shingles, the same in every process.

Shingles are taken where the text itself says so (a word that begins with one of two letters, a Han character whose code is a multiple of
sixteen), so that an edit changes only the shingles near it; the 64 smallest of their hashes are the sketch. The share that two sketches
have in common estimates the share that the texts have (Broder 1997).
"""

from __future__ import annotations

import re
from array import array
from zlib import crc32

SIZE = 64
#: bytes of a shingle after its first: four or five words, or eight Han characters
_LENGTH = 24
_WORDS = re.compile(rb"(?s) (?=([ar0-9].{%d}))" % _LENGTH)
#: a Han character in UTF-8; the low bits of its last byte are the low bits of its code
_HAN = re.compile(rb"[\xe4-\xe9][\x80-\xbf][\x80\x81\x90\x91\xa0\xa1\xb0\xb1]")
#: bytes of a text that are looked at
MOST_BYTES = 100_000


def sketch(text: str) -> bytes:
    """The sketch of a text; empty where it has fewer than eight shingles, which is too little to tell anything."""
    raw = text.lower().encode("utf-8", "replace")[:MOST_BYTES]
    hashes = set(map(crc32, _WORDS.findall(raw)))
    if not text.isascii():
        hashes.update(crc32(raw[found.start() : found.start() + _LENGTH]) for found in _HAN.finditer(raw))
    if len(hashes) < 8:
        return b""
    # hashes are spread evenly: the smallest of very many lie below a limit that leaves three times as many as are wanted
    low = [value for value in hashes if value < 3 * SIZE * 2**32 // len(hashes)] if len(hashes) > 4 * SIZE else hashes
    return array("I", sorted(low if len(low) >= SIZE else hashes)[:SIZE]).tobytes()


def hashes_of(packed: bytes) -> list[int]:
    """The hashes in a sketch, smallest first."""
    found = array("I")
    found.frombytes(packed)
    return found.tolist()


def alike(one: bytes, other: bytes) -> float:
    """How much two texts have in common, 0 to 1, by their sketches."""
    if not one or not other:
        return 0.0
    return 1.0 if one == other else likeness(set(hashes_of(one)), hashes_of(other))


def likeness(one: set[int], other: list[int], at_least: float = 0.0) -> float:
    """How much the texts of two sketches have in common; 0 where that is sure to be less than `at_least`."""
    both = one.intersection(other)
    size = max(len(one), len(other))
    if len(both) < at_least * size:
        return 0.0
    # among the smallest of both together: how many are in both
    union = sorted(one.union(other))[:size]
    return len(both.intersection(union)) / len(union)
