"""Rows of the database room: which installation may send from this database, and what the team's own table headers mean."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from growth.db.base import Base


class Installation(Base):
    """The one row that says to which database file or server this data belongs; a copy has another fingerprint."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    claimed_at: Mapped[datetime]


class ImportHeader(Base):
    """What a header of one's own means: mapped once, remembered. `kind` is the sort of table (``contacts`` …)."""

    __tablename__ = "import_header"

    kind: Mapped[str] = mapped_column(primary_key=True)
    header: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str]
