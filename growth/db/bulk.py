"""Many rows by the driver's own executemany: what SQLAlchemy does for each row is done once for each column.

A million contacts: an eighth of the whole import (2026-11-24). Values may be what the types of the columns take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from growth.db.base import Base, table_of


def insert_all(session: Session, row: type[Base], values: Sequence[Mapping[str, Any]], *, unless: tuple[str, ...] = ()) -> None:
    """Insert `values`, which all have the keys of the first. Defaults of the model are not filled in: give every column that has one.

    `unless`: columns that are unique together; a row whose values of these are taken by an earlier one is left out.
    """
    if not values:
        return
    names = tuple(values[0])
    statement, converters = _prepared(row, names, session.get_bind().dialect)
    if unless:
        statement += f" ON CONFLICT ({', '.join(unless)}) DO NOTHING"
    session.connection().exec_driver_sql(
        statement,
        [
            tuple(
                [
                    value if converter is None or value is None else converter(value)
                    for value, converter in zip([each[name] for name in names], converters, strict=True)
                ]
            )
            for each in values
        ],
    )


@lru_cache
def _prepared(row: type[Base], names: tuple[str, ...], dialect: Dialect) -> tuple[str, tuple[Callable[[Any], Any] | None, ...]]:
    """The statement, and for each column what makes the driver's value of ours (None: nothing)."""
    table = table_of(row)
    postgres = dialect.name == "postgresql"
    place = dialect.identifier_preparer.format_table(table, use_schema=postgres)
    quoted = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    marks = ", ".join(["%s" if postgres else "?"] * len(names))
    converters = tuple(table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    return f"INSERT INTO {place} ({quoted}) VALUES ({marks})", converters  # noqa: S608 - names of our own models
