"""Unpacking of compressed bodies with an upper limit, so that a bomb costs no memory (F23)."""

from __future__ import annotations

import zlib

import brotli


class TooLarge(Exception):
    """The unpacked body would be larger than the limit."""


class BadEncoding(Exception):
    """The body is not what Content-Encoding says."""


def unpack(body: bytes, content_encoding: str, *, limit: int) -> bytes:
    """`body` without its Content-Encodings, the last one undone first. Raises TooLarge and BadEncoding."""
    for name in reversed([one.strip().lower() for one in content_encoding.split(",")]):
        if name in ("gzip", "x-gzip"):
            body = _inflate(body, zlib.MAX_WBITS | 16, limit)
        elif name == "deflate":
            # some servers send raw deflate, some with zlib's header
            wrapped = body[:1] and (body[0] & 0x0F) == 8 and int.from_bytes(body[:2], "big") % 31 == 0
            body = _inflate(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, limit)
        elif name == "br":
            body = _brotli(body, limit)
        elif name not in ("", "identity"):
            raise BadEncoding(name)
        if len(body) > limit:
            raise TooLarge
    return body


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    rest = body
    while rest:
        machine = zlib.decompressobj(window)
        try:
            piece = machine.decompress(rest, limit + 1 - size)
        except zlib.error as fault:
            if pieces:
                break  # rubbish behind a whole body is common and harmless
            raise BadEncoding(str(fault)) from fault
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise TooLarge
        if not machine.eof:
            if machine.unconsumed_tail:
                raise TooLarge
            raise BadEncoding("cut off")
        rest = machine.unused_data.lstrip(b"\0")
    return b"".join(pieces)


def _brotli(body: bytes, limit: int) -> bytes:
    machine = brotli.Decompressor()
    pieces: list[bytes] = []
    size = 0
    data = body
    try:
        while True:
            piece = machine.process(data, output_buffer_limit=65536)
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise TooLarge
            if machine.is_finished():
                return b"".join(pieces)
            if machine.can_accept_more_data():
                raise BadEncoding("cut off")
            data = b""
    except brotli.error as fault:
        raise BadEncoding(str(fault)) from fault
