"""A workspace to measure in, with its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from growth.db import Database, open_database
from growth.security import fresh_key
from growth.workspace import load_workspace

GROWTH = "site: {name: Benchmark, url: 'https://www.example.com/', locale: en}\n"


@contextmanager
def fresh_database() -> Iterator[tuple[Database, Path]]:
    """A database on SQLite in a folder that is gone afterwards."""
    with TemporaryDirectory() as base:
        folder = Path(base)
        (folder / "growth.yaml").write_text(GROWTH)
        (folder / ".env").write_text(f"GROWTH_KEYS=k1:{fresh_key()}\nGROWTH_INDEX_KEY={fresh_key()}\nGROWTH_SIGNING_KEY={fresh_key()}\n")
        (folder / ".env").chmod(0o600)
        database = open_database(load_workspace(folder))
        try:
            yield database, folder
        finally:
            database.close()
