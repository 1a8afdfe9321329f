"""Engines and sessions. SQLite runs in WAL with explicit transactions; a write begins with BEGIN IMMEDIATE."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from growth import faultpoints
from growth.db.base import BULK_STORES
from growth.errors import GrowthError, Unreachable
from growth.language import _
from growth.security import Vault

if TYPE_CHECKING:
    from growth.workspace import Workspace

#: how long a statement waits for a lock that another program holds, seconds
BUSY_SECONDS = 30


class DatabaseDamaged(GrowthError):
    """The file is no database, or what is in it is broken."""


class DatabaseUnreachable(Unreachable):
    """The database does not answer; `fix` says which setting names it."""


class Database:
    """One store: its engine, sessions and the workspace's vault. `store(name)` gives the bulk stores beside it."""

    def __init__(self, engine: Engine, *, workspace: Workspace, name: str = "main", main: Database | None = None) -> None:
        self.engine = engine
        self.workspace = workspace
        self.name = name
        self._main = main
        self._stores: dict[str, Database] = {}
        self._vault: Vault | None = main._vault if main else None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded default."""
        return self.engine.dialect.name == "sqlite"

    @property
    def vault(self) -> Vault:
        """The keys of the workspace. Raises MissingSecret or WeakKey when first needed."""
        if self._main is not None:
            return self._main.vault
        if self._vault is None:
            self._vault = vault_of(self.workspace)
        return self._vault

    def store(self, name: str) -> Database:
        """The bulk store `name` (``crawl``, ``events``): a file with one writer on SQLite, a schema on PostgreSQL."""
        if self._main is not None:
            return self._main.store(name)
        if name == "main":
            return self
        if name not in BULK_STORES:
            raise ValueError(name)
        if name not in self._stores:
            if self.is_sqlite:
                url = make_url(self.engine.url)
                path = str(url.database)
                stem = path.removesuffix(".db")
                file = url.set(database=f"{stem}-{name}.db")
                engine: Engine = _engine(file, bulk=True).execution_options(schema_translate_map={name: None})
            else:
                engine = self.engine
            self._stores[name] = Database(engine, workspace=self.workspace, name=name, main=self)
        return self._stores[name]

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; what it changes is not kept."""
        with self._session() as session:
            yield session  # closing takes back whatever was changed, and leaves what was read readable

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one write transaction: committed at the end, rolled back on an error. On SQLite it owns the file until then."""
        with self._session(writes=True) as session:
            yield session
            faultpoints.reach("database.commit")
            session.commit()
        faultpoints.reach("database.committed")

    @contextmanager
    def _session(self, *, writes: bool = False) -> Iterator[Session]:
        engine: Engine = self.engine.execution_options(growth_writes=True) if writes and self.is_sqlite else self.engine
        with Session(engine, expire_on_commit=False, info={"database": self}) as session:
            try:
                yield session
            except DatabaseError as fault:
                session.rollback()
                if isinstance(fault, OperationalError) or _is_damage(fault):
                    raise _explained(fault, self) from fault
                raise
            except BaseException:
                session.rollback()
                raise

    def close(self) -> None:
        """Give the connections back; a SQLite WAL is folded into its file."""
        for store in self._stores.values():
            store.engine.dispose()
        self.engine.dispose()


def vault(session: Session) -> Vault:
    """The vault of the database that `session` belongs to."""
    database: Database = session.info["database"]
    return database.vault


def vault_of(workspace: Workspace) -> Vault:
    """The vault of a workspace, from its ``.env``. Raises MissingSecret or WeakKey."""
    from growth.workspace import read_environment

    return Vault.from_texts(
        keys=workspace.secret("GROWTH_KEYS"),
        index_key=workspace.secret("GROWTH_INDEX_KEY"),
        signing_key=workspace.secret("GROWTH_SIGNING_KEY"),
        again=lambda: read_environment(workspace.root).secret("GROWTH_KEYS"),
    )


def database_address(workspace: Workspace) -> URL:
    """The database's URL; a relative SQLite path is taken from the workspace. Raises GrowthError naming the setting."""
    return _address(workspace.resolve(workspace.settings.database), workspace)


def database_at(address: str, workspace: Workspace) -> Database:
    """Another database for the same workspace (the target of a copy), its schema not looked at. Raises DatabaseUnreachable."""
    return _opened(_address(address, workspace), workspace)


def _address(text: str, workspace: Workspace) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as fault:
        raise GrowthError(
            _("database: this is not a database URL"), fix=_("write sqlite:///.growth/growth.db or postgresql://USER:PASSWORD@HOST/NAME")
        ) from fault
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        if not url.database or url.database == ":memory:":
            raise GrowthError(_("database: SQLite needs a file"), fix=_("write sqlite:///.growth/growth.db"))
        path = workspace.root / url.database
        path.parent.mkdir(parents=True, exist_ok=True)
        return url.set(drivername="sqlite+pysqlite", database=str(path))
    raise GrowthError(_("database: {name} is not supported", name=url.drivername), fix=_("use sqlite:///… or postgresql://…"))


def open_database(workspace: Workspace, *, check_schema: bool = True) -> Database:
    """The workspace's database, its schema current.

    SQLite upgrades itself after a backup; on PostgreSQL an old schema raises SchemaOutdated.
    Raises DatabaseUnreachable where it does not answer.
    """
    from growth.db.upgrade import ensure_schema

    database = _opened(database_address(workspace), workspace)
    if check_schema:
        ensure_schema(database)
    return database


def _opened(url: URL, workspace: Workspace) -> Database:
    if url.get_backend_name() == "sqlite":
        from growth.db.exchange import finish

        finish(Path(str(url.database)))
    try:
        database = Database(_engine(url), workspace=workspace)
    except (NoSuchModuleError, ModuleNotFoundError) as fault:
        raise GrowthError(_("database: the driver for PostgreSQL is not installed"), fix='pip install "growth-suite[postgres]"') from fault
    try:
        with database.engine.connect() as connection:
            connection.execute(sqlalchemy.text("SELECT 1"))
    except DBAPIError as fault:
        raise _explained(fault, database) from fault
    return database


def _engine(url: URL, *, bulk: bool = False) -> Engine:
    # parameters hold what people wrote, and addresses: no error and no log shows them
    if url.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=15, hide_parameters=True)
        event.listen(engine, "connect", _prepare_postgres)
        return engine
    _create_private(str(url.database))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", partial(_prepare_sqlite, bulk=bulk))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _create_private(path: str) -> None:
    """A new SQLite file that nobody else can read; its logs take over the mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError:
        return  # it is there, or cannot be made: then the driver says why


def _prepare_sqlite(connection: Any, _record: object, *, bulk: bool) -> None:
    """WAL and foreign keys; Python's own transaction control off, so that BEGIN IMMEDIATE is ours to say.

    What is committed to the main store is on the disk: a power cut after a mail left must not forget that it was handed over. Of crawls and
    raw events the last commits may go with the power, never half of one.
    """
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA synchronous={'NORMAL' if bulk else 'FULL'}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-32768")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.close()


def _prepare_postgres(connection: Any, _record: object) -> None:
    """A lock that somebody keeps is waited for as long as on SQLite, not for ever."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {BUSY_SECONDS * 1000}")
    connection.commit()


def _begin_sqlite(connection: sqlalchemy.Connection) -> None:
    writes = connection.get_execution_options().get("growth_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _is_damage(fault: DBAPIError) -> bool:
    """Whether SQLite says that the file is broken (SQLITE_CORRUPT, SQLITE_NOTADB)."""
    return "malformed" in str(fault.orig) or "is not a database" in str(fault.orig)


def _explained(fault: DBAPIError, database: Database) -> GrowthError:
    """The database's complaint in words a person can act on, without its password."""
    where = database.engine.url.render_as_string(hide_password=True)
    text = (str(fault.orig).strip().splitlines() or [type(fault).__name__])[0]
    if _is_damage(fault):
        return DatabaseDamaged(
            _("the database {where} is damaged: {why}", where=where, why=text),
            fix=_("growth db restore FILE, from a backup before the damage"),
        )
    if "locked" in text or "lock timeout" in text:
        return DatabaseUnreachable(
            _("the database {where} has been locked by another program for {n} s", where=where, n=BUSY_SECONDS),
            fix=_("close what holds it (a sqlite3 or psql shell? a backup?) and try again"),
        )
    if "disk is full" in text or "No space left" in text:
        return DatabaseUnreachable(
            _("the disk of {where} is full", where=where), fix=_("make room, then run the command again; nothing is lost")
        )
    return DatabaseUnreachable(
        _("the database {where} cannot be used: {why}", where=where, why=text),
        fix=_("check `database:` in growth.yaml, and that the server runs"),
    )
