"""The site's bitmap pictures, drawn here: small PNG files without a picture in the repository."""

from __future__ import annotations

import random
import struct
import zlib
from functools import lru_cache

Colour = tuple[int, int, int]
_TEAL: Colour = (15, 118, 110)
_PALE: Colour = (226, 240, 237)


@lru_cache
def share_picture() -> bytes:
    """The picture of shared links (og:image): 600 × 315, a quiet gradient with a rising line of bars."""
    width, height = 600, 315
    bars = [(60 + 84 * n, height - 40, 46, 60 + 26 * n) for n in range(6)]
    rows = []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            lit = any(left <= x < left + wide and bottom - tall <= y < bottom for left, bottom, wide, tall in bars)
            row += bytes(_PALE if lit else _mix(_TEAL, (8, 62, 58), y / height))
        rows.append(bytes(row))
    return png(width, height, rows)


@lru_cache
def heavy_picture() -> bytes:
    """A photograph's worth of noise: over 500 KB for a small picture, the planted fault ``img-too-large``."""
    width, height = 480, 380
    noise = random.Random(7)
    return png(width, height, [noise.randbytes(width * 3) for _ in range(height)])


@lru_cache
def icon() -> bytes:
    """The favicon: 32 × 32."""
    size = 32
    rows = []
    for y in range(size):
        row = bytearray()
        for x in range(size):
            ring = 6 <= x < 26 and 6 <= y < 26 and not (11 <= x < 26 and 11 <= y < 21)
            row += bytes(_PALE if ring else _TEAL)
        rows.append(bytes(row))
    return png(size, size, rows)


def png(width: int, height: int, rows: list[bytes]) -> bytes:
    """A PNG of 8-bit RGB `rows` (RFC 2083)."""
    raw = b"".join(b"\x00" + row for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(raw, 6)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)
