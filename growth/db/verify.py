"""Is the database whole? SQLite's own checks, PostgreSQL's catalogue, the schema, the keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text

from growth.db.database import Database
from growth.db.tables import STORES, tables_of
from growth.db.upgrade import schema_state
from growth.language import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One thing that is not right; `fix` says what to do."""

    store: str
    what: str
    fix: str


def verify(database: Database) -> list[Damage]:
    """Everything that is wrong with the stores; empty when they are whole."""
    found = list(_schema(database))
    for store in STORES:
        found += _sqlite(database.store(store)) if database.is_sqlite else _postgres(database, store)
    return found


def _schema(database: Database) -> Iterator[Damage]:
    for state in schema_state(database):
        if not state.is_current:
            yield Damage(
                store=state.store,
                what=_(
                    "the schema of {owner} is {current}, this program's is {head}",
                    owner=state.owner,
                    current=state.current,
                    head=state.head,
                ),
                fix="growth db upgrade",
            )


def _sqlite(store: Database) -> Iterator[Damage]:
    fix = _("growth db restore FILE, from a backup before the damage")
    with store.engine.connect() as connection:
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(20)").all():
            if line != "ok":
                yield Damage(store=store.name, what=str(line), fix=fix)
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check").all()[:20]:
            yield Damage(
                store=store.name,
                what=_("row {row} of {table} refers to a missing row of {other}", row=row[1], table=row[0], other=row[2]),
                fix=fix,
            )


def _postgres(database: Database, store: str) -> Iterator[Damage]:
    schema = "public" if store == "main" else store
    with database.engine.connect() as connection:
        invalid = text(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE NOT i.indisvalid AND n.nspname = :schema"
        )
        for (name,) in connection.execute(invalid, {"schema": schema}).all():
            yield Damage(store=store, what=_("the index {name} is invalid", name=name), fix=f"REINDEX INDEX {name}")
        for table in tables_of(database, store):
            name = f"{schema}.{table.name}"
            connection.execute(text(f"SELECT count(*) FROM {name}"))  # noqa: S608 - reads every page; the name is ours
