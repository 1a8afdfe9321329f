"""Unpacking with a limit: a few kilobytes on the wire may be gigabytes unpacked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

#: encodings that we ask for; others are refused when they come
ACCEPTED = "gzip, deflate"
_STEP = 64 * 1024
_MOST_LAYERS = 2


class UnknownPacking(Exception):
    """A Content-Encoding that was not asked for, or data that does not unpack."""


class PastLimit(Exception):
    """More bytes than the limit."""


def unpacked(chunks: Iterable[bytes], encoding: str, *, most_bytes: int) -> Iterator[bytes]:
    """The chunks unpacked; what is held in memory stays within one step of the limit. Raises PastLimit or UnknownPacking."""
    layers = [name.strip().lower() for name in encoding.split(",") if name.strip().lower() not in ("", "identity")]
    if len(layers) > _MOST_LAYERS:
        raise UnknownPacking(encoding)
    stream: Iterable[bytes] = _counted(chunks, most_bytes)
    for name in reversed(layers):
        if name not in ("gzip", "x-gzip", "deflate"):
            raise UnknownPacking(name)
        stream = _counted(_inflated(stream, name), most_bytes)
    yield from stream


def _counted(chunks: Iterable[bytes], most_bytes: int) -> Iterator[bytes]:
    taken = 0
    for chunk in chunks:
        taken += len(chunk)
        if taken > most_bytes:
            raise PastLimit
        yield chunk


def _inflated(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=47 if name != "deflate" else 15)
    first = True
    for chunk in chunks:
        if first and name == "deflate" and chunk:
            # servers disagree whether deflate has zlib's header; its first byte tells
            unpacker = zlib.decompressobj(wbits=15 if chunk[0] & 0x0F == 8 else -15)
        first = first and not chunk
        rest = chunk
        while rest and not unpacker.eof:
            try:
                piece = unpacker.decompress(rest, _STEP)
            except zlib.error as fault:
                raise UnknownPacking(str(fault)) from fault
            rest = unpacker.unconsumed_tail
            if piece:
                yield piece
            elif rest:
                raise UnknownPacking("data that does not unpack")
    while not unpacker.eof:
        piece = unpacker.decompress(unpacker.unconsumed_tail, _STEP)
        if not piece:
            return
        yield piece
