"""The columns that the vault seals: where they are, how their rows are named, and sealing them anew under the current key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, Table, bindparam, case, func, select, tuple_, update

from growth.db.columns import Sealed
from growth.db.database import Database
from growth.db.tables import tables_of
from growth.security import CannotOpen

#: values sealed anew in one transaction: some ten milliseconds
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedColumn:
    """One column that holds sealed values."""

    table: Table
    column: Column[Any]
    kind: Sealed

    @property
    def place(self) -> str:
        """``table.column``, as it is bound into each value."""
        return f"{self.table.name}.{self.column.name}"

    @property
    def keys(self) -> list[Column[Any]]:
        """The primary key."""
        return list(self.table.primary_key.columns)

    def select(self) -> Select[Any]:
        """Of each row that has a value: the primary key, what names the row, and `value`."""
        named = [self.table.columns[name].label(f"by_{name}") for name in self._by]
        return select(*self.keys, *named, self.column.label("value")).where(self.column.is_not(None))

    def row(self, found: Row[Any]) -> str:
        """The name under which the value of a selected row was sealed."""
        return self.kind.name(*(getattr(found, f"by_{name}") for name in self._by))

    @property
    def _by(self) -> tuple[str, ...]:
        return self.kind.by or tuple(column.name for column in self.keys)


@dataclass(slots=True, kw_only=True)
class Resealed:
    """What a rotation did: values sealed anew, and places with rows that do not open."""

    done: int = 0
    unreadable: list[str] = field(default_factory=list)


def sealed_columns(database: Database) -> Iterator[SealedColumn]:
    """Every column of the main store whose type is `Sealed`."""
    for table in tables_of(database, "main"):
        for column in table.columns:
            if isinstance(column.type, Sealed):
                yield SealedColumn(table=table, column=column, kind=column.type)


def sealed_under(database: Database) -> dict[str, int]:
    """How many values each key of the ring has sealed, by the key's id."""
    keys = database.vault
    counts: Counter[str] = Counter()
    for sealed in sealed_columns(database):
        sums = [func.sum(case((_sealed_by(sealed, keys.mark(key_id)), 1), else_=0)) for key_id in keys.key_ids]
        with database.engine.connect() as connection:
            counts.update({key_id: n or 0 for key_id, n in zip(keys.key_ids, connection.execute(select(*sums)).one(), strict=True)})
    return {key_id: counts[key_id] for key_id in keys.key_ids}


def reseal(database: Database, *, tell: Callable[[int], None] = lambda _n: None) -> Resealed:
    """Seal anew, under the key that encrypts now, every value that another key sealed. Can be cut off and called again.

    Others may read and write meanwhile: a value that changed since it was read is left as it is. `tell` gets the number done so far.
    """
    result = Resealed()
    for sealed in sealed_columns(database):
        last: tuple[Any, ...] | None = None
        while rows := _other_keys(database, sealed, after=last):
            last = tuple(rows[-1][: len(sealed.keys)])
            _anew(database, sealed, rows, result)
            tell(result.done)
    return result


def _sealed_by(sealed: SealedColumn, mark: bytes) -> ColumnElement[bool]:
    return func.substr(sealed.column, 1, len(mark)) == mark


def _other_keys(database: Database, sealed: SealedColumn, *, after: tuple[Any, ...] | None) -> list[Row[Any]]:
    keys = database.vault
    where: list[ColumnElement[bool]] = [~_sealed_by(sealed, keys.mark(keys.key_id))]
    if after is not None:
        bounds = (bindparam(None, value, key.type) for value, key in zip(after, sealed.keys, strict=True))
        where.append(tuple_(*sealed.keys) > tuple_(*bounds))
    with database.engine.connect() as connection:
        return list(connection.execute(sealed.select().where(*where).order_by(*sealed.keys).limit(BATCH)).all())


def _anew(database: Database, sealed: SealedColumn, rows: list[Row[Any]], result: Resealed) -> None:
    changes = []
    for found in rows:
        row = sealed.row(found)
        if not database.vault.is_sealed(found.value):
            continue
        try:
            value = database.vault.open(sealed.place, row, found.value)
        except CannotOpen as fault:
            result.unreadable.append(fault.message)
            continue
        keys = {f"k{position}": found[position] for position in range(len(sealed.keys))}
        changes.append({"new": database.vault.seal(sealed.place, row, value), "old": found.value, **keys})
    if not changes:
        return
    same_row = [column == bindparam(f"k{position}") for position, column in enumerate(sealed.keys)]
    statement = update(sealed.table).where(*same_row, sealed.column == bindparam("old")).values({sealed.column: bindparam("new")})
    with database.write() as session:
        session.connection().execute(statement, changes)
    result.done += len(changes)
