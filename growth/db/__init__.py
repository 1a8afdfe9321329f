"""The database: SQLite in the workspace by default, PostgreSQL beyond; one MetaData, migrations per owner."""

from growth.db.base import Base, metadata, table_of
from growth.db.bulk import insert_all, insert_raw
from growth.db.columns import Instant, Minor, Sealed, uuid7, uuid7s
from growth.db.database import Database, DatabaseUnreachable, database_address, open_database, vault, vault_of
from growth.db.headers import own_headers
from growth.db.upgrade import SchemaOutdated, ensure_schema, schema_state, upgrade

__all__ = [
    "Base",
    "Database",
    "DatabaseUnreachable",
    "Instant",
    "Minor",
    "SchemaOutdated",
    "Sealed",
    "database_address",
    "ensure_schema",
    "insert_all",
    "insert_raw",
    "metadata",
    "open_database",
    "own_headers",
    "schema_state",
    "table_of",
    "upgrade",
    "uuid7",
    "uuid7s",
    "vault",
    "vault_of",
]
