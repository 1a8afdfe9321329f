"""Visitors: the secret that names them, and what is known of those who are somebody."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class DaySalt(Base):
    """The secret of one day's visitor hashes; gone after 48 hours, and with it the way back to an address."""

    __tablename__ = "day_salt"

    day: Mapped[date] = mapped_column(primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))


class LooseVisitor(Base):
    """A visitor of whom only events are known that begin no visit: the page view they belong to may still come."""

    __tablename__ = "loose_visitor"

    visitor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class VisitorStep(Base):
    """A named step that the page told of (`data-growth-step`)."""

    __tablename__ = "visitor_step"
    __table_args__ = (UniqueConstraint("visitor_id", "name", "at"), Index("ix_visitor_step_day_name", "day", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    visitor_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    at: Mapped[datetime]
    day: Mapped[date]


class VisitorPage(Base):
    """Pages that somebody known has seen (joined to a contact or a sign-up), for segments."""

    __tablename__ = "visitor_page"
    __table_args__ = (Index("ix_visitor_page_page_id", "page_id"), {"sqlite_with_rowid": False})

    visitor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    last_at: Mapped[datetime]


class Recognised(Base):
    """A visitor who has just become known: what they saw before is still to be looked up."""

    __tablename__ = "recognised"

    visitor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
