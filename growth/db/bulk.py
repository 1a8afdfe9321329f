"""Many rows by the driver's own executemany: what SQLAlchemy does for each row is done once for each column.

A million contacts: an eighth of the whole import (2026-11-24). Values may be what the types of the columns take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.orm import Session

from growth.db.base import Base, table_of
from growth.db.columns import Sealed


def insert_all(session: Session, row: type[Base], values: Sequence[Mapping[str, Any]], *, unless: tuple[str, ...] = ()) -> None:
    """Insert `values`, which all have the keys of the first. Defaults of the model are not filled in: give every column that has one.

    `unless`: columns that are unique together; a row whose values of these are taken by an earlier one is left out.
    """
    if not values:
        return
    names = tuple(values[0])
    converters = _converters(row, names, session.get_bind().dialect)
    columns = [_converted([each[name] for each in values], converter) for name, converter in zip(names, converters, strict=True)]
    insert_raw(session, row, names, list(zip(*columns, strict=True)), unless=unless)


def _converted(column: list[Any], converter: Callable[[Any], Any] | None) -> list[Any]:
    """A column as the driver takes it; what is the same object as above (the instant of an import) is converted once."""
    if converter is None:
        return column
    found: list[Any] = []
    last = done = None
    for value in column:
        if value is not last:
            last, done = value, None if value is None else converter(value)
        found.append(done)
    return found


def insert_raw(
    session: Session, row: type[Base], names: tuple[str, ...], rows: Sequence[tuple[object, ...]], *, unless: tuple[str, ...] = ()
) -> None:
    """Like `insert_all`, with the values of `names` as the driver takes them."""
    if not rows:
        return
    statement = _statement(row, names, session.get_bind().dialect)
    if unless:
        statement += f" ON CONFLICT ({', '.join(unless)}) DO NOTHING"
    session.connection().exec_driver_sql(statement, rows if isinstance(rows, list) else list(rows))


@lru_cache
def _converters(row: type[Base], names: tuple[str, ...], dialect: Dialect) -> tuple[Callable[[Any], Any] | None, ...]:
    """For each column what makes the driver's value of ours (None: nothing)."""
    table = table_of(row)
    kinds = [table.c[name].type for name in names]
    # both drivers take bytes as they are
    return tuple(None if isinstance(kind, LargeBinary | Sealed) else kind.dialect_impl(dialect).bind_processor(dialect) for kind in kinds)


@lru_cache
def _statement(row: type[Base], names: tuple[str, ...], dialect: Dialect) -> str:
    table = table_of(row)
    postgres = dialect.name == "postgresql"
    place = dialect.identifier_preparer.format_table(table, use_schema=postgres)
    quoted = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    marks = ", ".join(["%s" if postgres else "?"] * len(names))
    return f"INSERT INTO {place} ({quoted}) VALUES ({marks})"  # noqa: S608 - names of our own models
