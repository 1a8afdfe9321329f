"""The tables of the enabled apps, by store, in the order in which rows may be written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from growth.app import App, load
from growth.db.base import BULK_STORES, metadata
from growth.db.database import Database

STORES = ("main", *BULK_STORES)
#: rows moved at a time
BATCH = 1000


def load_models(apps: tuple[App, ...]) -> None:
    """Import the models of `apps`, so that `metadata` knows their tables."""
    for app in apps:
        for module in app.models:
            load(module)


def tables_of(database: Database, store: str) -> list[Table]:
    """Tables of one store that exist in the database, parents first. `installation` stays where it is: a copy has none."""
    load_models(database.workspace.apps)
    wanted = [table for table in metadata.sorted_tables if (table.schema or "main") == store and table.name != "installation"]
    with database.store(store).engine.connect() as connection:
        present = set(_names(connection, database, store))
    return [table for table in wanted if table.name in present]


def rows_of(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """All rows in batches, in the order of the primary key, through a server-side cursor."""
    result = connection.execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key.columns))
    for batch in result.mappings().partitions():
        yield [dict(row) for row in batch]


def write_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert one batch."""
    if rows:
        connection.execute(insert(table), rows)


def set_sequences(connection: Connection, table: Table) -> None:
    """On PostgreSQL, let the table's counter go on after the highest id that was written."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    name = f"{table.schema}.{table.name}" if table.schema else table.name
    highest = connection.scalar(select(func.max(column)))
    if highest is not None:
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, :column), :highest)"),
            {"name": name, "column": column.name, "highest": highest},
        )


class Tally:
    """Count and order-free checksum of a table's rows: equal tallies mean equal tables."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Take a batch in."""
        for row in rows:
            self.rows += 1
            self._sum += int.from_bytes(
                hashlib.blake2b(repr(sorted(row.items(), key=lambda item: item[0])).encode(), digest_size=8).digest(), "big"
            )

    @property
    def checksum(self) -> str:
        """16 hexadecimal digits."""
        return f"{self._sum & 0xFFFFFFFFFFFFFFFF:016x}"

    def as_json(self) -> dict[str, Any]:
        """For a manifest."""
        return {"rows": self.rows, "checksum": self.checksum}


def tally(connection: Connection, table: Table) -> Tally:
    """The tally of a table as it is."""
    found = Tally()
    for rows in rows_of(connection, table):
        found.add(rows)
    return found


def _names(connection: Connection, database: Database, store: str) -> list[str]:
    from sqlalchemy import inspect

    schema = None if database.is_sqlite or store == "main" else store
    return inspect(connection).get_table_names(schema=schema)
