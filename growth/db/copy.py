"""Copy a workspace's database from SQLite to PostgreSQL, and prove that both hold the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from growth.db.database import Database
from growth.db.tables import STORES, rows_of, set_sequences, tables_of, tally, write_rows
from growth.db.upgrade import upgrade
from growth.errors import GrowthError
from growth.language import _


class TargetNotEmpty(GrowthError):
    """The target database has rows already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """One table of both databases: equal counts and checksums mean equal rows."""

    store: str
    table: str
    rows: int
    target_rows: int
    checksum: str
    target_checksum: str

    @property
    def same(self) -> bool:
        """Whether both hold the same rows."""
        return (self.rows, self.checksum) == (self.target_rows, self.target_checksum)


def copy_database(source: Database, target: Database) -> Iterator[Copied]:
    """Copy every table, one transaction a store, comparing as it goes. Raises TargetNotEmpty before anything is written."""
    upgrade(target)
    for store in STORES:
        with target.store(store).engine.connect() as connection:
            for table in tables_of(target, store):
                if connection.scalar(select(func.count()).select_from(table)):
                    raise TargetNotEmpty(_("the target's table {name} has rows", name=table.name), fix=_("copy into an empty database"))
    for store in STORES:
        with (
            source.store(store).engine.connect() as reading,
            target.store(store).engine.execution_options(growth_writes=True).begin() as writing,
        ):
            tables = tables_of(source, store)
            for table in tables:
                for rows in rows_of(reading, table):
                    write_rows(writing, table, rows)
                set_sequences(writing, table)
            for table in tables:
                left, right = tally(reading, table), tally(writing, table)
                yield Copied(
                    store=store,
                    table=table.name,
                    rows=left.rows,
                    target_rows=right.rows,
                    checksum=left.checksum,
                    target_checksum=right.checksum,
                )
