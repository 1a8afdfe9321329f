"""Rows of the database room: which installation may send from this database."""

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
