"""Copy a workspace's database from SQLite to PostgreSQL, and prove that both hold the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

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
    """Copy every table as it is at one moment, comparing as it goes; cut off, nothing of it stays in PostgreSQL.

    Raises TargetNotEmpty before anything is written. What is written to the source meanwhile is not copied: let nothing run.
    """
    upgrade(target)
    for store in STORES:
        with target.store(store).engine.connect() as connection:
            for table in tables_of(target, store):
                if connection.scalar(select(func.count()).select_from(table)):
                    raise TargetNotEmpty(_("the target's table {name} has rows", name=table.name), fix=_("copy into an empty database"))
    tables = {store: tables_of(source, store) for store in STORES}
    with ExitStack() as stack:
        reading = {store: stack.enter_context(source.store(store).engine.connect()) for store in STORES}
        for connection in reading.values():
            connection.execute(text("SELECT 1 FROM (SELECT count(*) FROM sqlite_master) AS seen" if source.is_sqlite else "SELECT 1"))
        writing = _writing(target, stack)
        for store in STORES:
            for table in tables[store]:
                for rows in rows_of(reading[store], table):
                    write_rows(writing[store], table, rows)
                set_sequences(writing[store], table)
            for table in tables[store]:
                left, right = tally(reading[store], table), tally(writing[store], table)
                yield Copied(
                    store=store,
                    table=table.name,
                    rows=left.rows,
                    target_rows=right.rows,
                    checksum=left.checksum,
                    target_checksum=right.checksum,
                )


def _writing(target: Database, stack: ExitStack) -> dict[str, Connection]:
    """A transaction for each store; on PostgreSQL, where they are schemas of one database, one for all."""
    if not target.is_sqlite:
        return dict.fromkeys(STORES, stack.enter_context(target.engine.begin()))
    engines = {store: target.store(store).engine.execution_options(growth_writes=True) for store in STORES}
    return {store: stack.enter_context(engine.begin()) for store, engine in engines.items()}
