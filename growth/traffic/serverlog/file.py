"""A log file as a stream of whole lines: plain, gzip or bzip2, in flat memory, and the same file known again by its first bytes."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final, Protocol

from growth.errors import GrowthError, Where
from growth.language import _
from growth.traffic.serverlog.line import LONGEST_LINE

#: bytes that tell one log from another: some twenty lines
HEAD: Final = 4096
BLOCK: Final = 1 << 20
#: unpacked bytes from which on a packed file is looked at with suspicion, and how many times its size it may be then
SUSPECT: Final = 256 << 20
MOST_RATIO: Final = 200


class _Readable(Protocol):
    """What a log is read from."""

    def read1(self, size: int = ..., /) -> bytes:
        """At most `size` bytes, what is there; none at the end."""

    def seek(self, offset: int, /) -> int:
        """Go to an offset."""


_PACKED: Final[tuple[tuple[bytes, Callable[[BufferedReader], _Readable]], ...]] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", lambda file: bz2.BZ2File(file)),
)
_FOREIGN: Final = {b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"PK\x03\x04": "zip"}


class LogUnreadable(GrowthError):
    """The file is no log that can be read."""


@dataclass(frozen=True, slots=True)
class Part:
    """Whole lines, without empty ones; `end` is the unpacked offset behind the last of them, `overlong` counts those not handed out.

    `within_line`: `end` stands within a line. The `tail` is what stands behind the last line feed of the file: a line without one, or
    one that is being written.
    """

    lines: list[bytes]
    end: int
    overlong: int = 0
    within_line: bool = False
    tail: bool = False


@dataclass(slots=True)
class Log:
    """An opened log: its first bytes, and the parts from an offset on."""

    path: Path
    head: bytes
    _stream: _Readable
    _raw: BufferedReader
    #: it ended within a packed block
    cut_off: bool = False

    @property
    def plain(self) -> bool:
        """Whether it lies there unpacked."""
        return self._stream is self._raw

    def fingerprint(self, size: int) -> bytes:
        """What the first `size` bytes are known by."""
        return hashlib.sha256(self.head[:size]).digest()

    def parts(self, start: int, *, within_line: bool) -> Iterator[Part]:
        """The lines from offset `start` on; with `within_line` the rest of a line comes first, and is passed over."""
        end, carry = start, b""
        for block in self._blocks(start):
            end += len(block)
            lines = (carry + block).split(b"\n")
            carry = lines.pop()
            if lines and within_line:
                lines.pop(0)
                within_line = False
            overlong = 0
            if len(carry) > LONGEST_LINE:
                overlong, carry, within_line = int(not within_line), b"", True
            kept = [line.rstrip(b"\r") for line in lines]
            yield Part([line for line in kept if line], end - len(carry), overlong, within_line)
        rest = b"" if within_line else carry.rstrip(b"\r")
        yield Part([rest] if rest else [], end, within_line=within_line or bool(carry), tail=True)

    def _blocks(self, start: int) -> Iterator[bytes]:
        if self.plain:
            self._stream.seek(start)
            left = 0
        else:
            self._stream.seek(0)
            left = start
        unpacked = 0
        while block := self._read(BLOCK):
            unpacked += len(block)
            if not self.plain and unpacked > SUSPECT and unpacked > MOST_RATIO * self._raw.tell():
                raise LogUnreadable(
                    _("unpacks to more than {n} times its size: no log does", n=MOST_RATIO), where=Where(str(self.path)), fix=_unpack()
                )
            if left:
                skipped = min(left, len(block))
                left -= skipped
                block = block[skipped:]
            if block:
                yield block

    def _read(self, size: int) -> bytes:
        """`size` bytes, less at the end; of a packed file that is cut off what is there."""
        pieces: list[bytes] = []
        try:
            while size > 0 and not self.cut_off and (piece := self._stream.read1(size)):
                pieces.append(piece)
                size -= len(piece)
        except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as fault:
            if self.plain:
                raise LogUnreadable(str(fault), where=Where(str(self.path))) from fault
            self.cut_off = True
        return b"".join(pieces)


def _unpack() -> str:
    return _("unpack it with the program that packed it, and look at it")


@contextmanager
def open_log(path: Path) -> Iterator[Log]:
    """Open a log. Raises LogUnreadable for what is not there, may not be read, or is packed in a way we do not read."""
    try:
        raw = path.open("rb")
    except OSError as fault:
        where = Where(str(path))
        raise LogUnreadable(
            _("cannot be read: {why}", why=fault.strerror or fault), where=where, fix=_("name a file that this user may read")
        ) from fault
    with raw:
        magic = raw.read(6)
        raw.seek(0)
        for mark, name in _FOREIGN.items():
            if magic.startswith(mark):
                raise LogUnreadable(
                    _("packed as {name}, which is not read here", name=name), where=Where(str(path)), fix=_("gzip, bzip2 or plain")
                )
        opener = next((opener for mark, opener in _PACKED if magic.startswith(mark)), None)
        log = Log(path=path, head=b"", _stream=opener(raw) if opener else raw, _raw=raw)
        log.head = log._read(HEAD)
        if opener is not None and not log.head and log.cut_off:
            raise LogUnreadable(_("is damaged: nothing of it unpacks"), where=Where(str(path)), fix=_unpack())
        yield log
