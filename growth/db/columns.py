"""Column types: instants as integers, money as minor units, UUIDv7 for rows with personal data."""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable
from datetime import datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from growth.clock import from_micros, to_micros


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime stored as BIGINT microseconds since 1970; naive ones raise."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To microseconds."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From microseconds."""
        return None if value is None else from_micros(int(value))


class Sealed(TypeDecorator[bytes]):
    """A value of the vault, sealed for ``table.column`` of its row, so that rotation and verification find and open it.

    The row is the only column of its primary key; where it is not, `by` names the columns that make it and `name` how.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, *by: str, name: Callable[..., str] = str) -> None:
        super().__init__()
        self.by = by
        self.name = name


#: integer minor units of a currency (分); the currency stands in a column beside it
Minor = BigInteger


_lock = threading.Lock()
_newest = 0


def uuid7() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then random; no database counter leaks how many there are.

    Within a process each is greater than the one before (§6.2, method 2), so that ids tell the order and indexes grow at their end.
    """
    global _newest
    value = (time.time_ns() // 1_000_000 & 0xFFFFFFFFFFFF) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
    with _lock:
        _newest = value = value if value > _newest else _newest + 1
    return UUID(int=value)


def uuid7s(count: int) -> list[int]:
    """`count` UUIDv7 as numbers, ascending: for rows by the million. Each is a random step behind the one before (§6.2, method 2)."""
    global _newest
    steps = struct.unpack(f"<{count}I", os.urandom(4 * count))
    first = uuid7().int
    found = [first + offset + place for place, offset in enumerate(accumulate(steps))]
    if found and (found[-1] ^ first) >> 62:
        # the random part ran over, one time in a million: the next instant begins anew
        return [uuid7().int for _number in range(count)]
    with _lock:
        _newest = max(_newest, found[-1] if found else 0)
    return found
