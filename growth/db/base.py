"""The one MetaData. Tables of the bulk stores carry ``schema="crawl"`` or ``schema="events"``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Date, Integer, LargeBinary, MetaData, Table, Uuid
from sqlalchemy.orm import DeclarativeBase

from growth.db.columns import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: stores that are files of their own on SQLite and schemas on PostgreSQL
BULK_STORES = ("crawl", "events")


class Base(DeclarativeBase):
    """Base of every row. `int` is a 64-bit integer, `datetime` an Instant, `bytes` a sealed or hashed value."""

    metadata = metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger().with_variant(Integer, "sqlite"),
        datetime: Instant,
        date: Date,
        bytes: LargeBinary,
        UUID: Uuid,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


def table_of(model: type[Base]) -> Table:
    """The Core table of a model: bulk statements over it are five times as fast as over the model."""
    found = model.__table__
    assert isinstance(found, Table)
    return found
