"""INSERT that leaves rows alone which are there already, on both engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from growth.db import Base


def insert_new(session: Session, row: type[Base], values: Sequence[Mapping[str, Any]], *, on: str | Sequence[str]) -> None:
    """Insert `values`; one whose column(s) `on` are taken by an earlier row is left out."""
    if not values:
        return
    columns = [on] if isinstance(on, str) else list(on)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(row).on_conflict_do_nothing(index_elements=columns), list(values))
