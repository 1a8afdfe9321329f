"""Column types: instants as integers, money as minor units, UUIDv7 for rows with personal data."""

from __future__ import annotations

import secrets
import time
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Dialect
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


#: integer minor units of a currency (分); the currency stands in a column beside it
Minor = BigInteger


def uuid7() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then random; index-friendly, and no database counter leaks how many there are."""
    value = (time.time_ns() // 1_000_000 & 0xFFFFFFFFFFFF) << 80 | secrets.randbits(80)
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
