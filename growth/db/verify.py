"""Is the database whole? SQLite's own checks, PostgreSQL's catalogue, the schema, the keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from growth.db.database import Database
from growth.db.sealed import sealed_columns
from growth.db.tables import STORES, tables_of
from growth.db.upgrade import schema_state
from growth.errors import GrowthError
from growth.language import _
from growth.security import CannotOpen, KeyMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One thing that is not right; `fix` says what to do."""

    store: str
    what: str
    fix: str


def verify(database: Database) -> list[Damage]:
    """Everything that is wrong with the stores; empty when they are whole."""
    found = [*_schema(database), *_keys(database)]
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


#: sealed values that are tried, of each column
_TRIED = 5


def _keys(database: Database) -> Iterator[Damage]:
    """Whether what is sealed opens with the keys of .env; that not one value does means that they belong to another database."""
    fix = _("put back the .env that belongs to this database; without it nobody can read it")
    tried, opened, missing = 0, 0, set[str]()
    try:
        for place, row, value in _sealed(database):
            tried += 1
            try:
                database.vault.open(place, row, value)
                opened += 1
            except KeyMissing as fault:
                missing.add(fault.key_id)
            except CannotOpen:
                continue  # where others open, one value is damaged; where none does, the keys are wrong
    except GrowthError as fault:
        yield Damage(store="main", what=fault.message, fix=fault.fix or fix)
    for key_id in sorted(missing):
        yield Damage(store="main", what=_("the key {key}, under which values are sealed, is not in GROWTH_KEYS", key=key_id), fix=fix)
    if tried and not opened and not missing:
        yield Damage(store="main", what=_("the keys of .env open nothing that is sealed in this database"), fix=fix)


def _sealed(database: Database) -> Iterator[tuple[str, Any, bytes]]:
    """A few sealed values of each column: place, row and value."""
    for sealed in sealed_columns(database):
        with database.engine.connect() as connection:
            rows = connection.execute(sealed.select().limit(_TRIED)).all()
        for row in rows:
            if database.vault.is_sealed(row.value):
                yield sealed.place, sealed.row(row), row.value


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
