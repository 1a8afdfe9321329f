"""Packed JSON as a column. Apart from `seo.packed`, so that the fetching child packs what it read without importing a database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from seo.packed import pack, unpack


class Packed(TypeDecorator[str]):
    """A column of JSON text that is stored packed; rows that are written in bulk bring it packed already."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Text to bytes."""
        return None if value is None else pack(value.encode())

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Bytes to text."""
        return None if value is None else unpack(bytes(value)).decode()
