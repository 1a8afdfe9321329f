"""Rows of the attribution room: what is kept of days whose sign-ups do not change any more. All of it can be made anew (`keeping`)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class KeptDay(Base):
    """A day whose sign-ups were shared out; `basis` names the settings and models it was done by."""

    __tablename__ = "attribution_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    basis: Mapped[str]


class KeptCredit(Base):
    """What an origin got of a day's sign-ups under a model that needs no other path to weigh one; origin 0: without a touch."""

    __tablename__ = "attribution_credit"
    __table_args__ = ({"sqlite_with_rowid": False},)

    model: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    origin_id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    #: millionths of a sign-up
    micros: Mapped[int] = mapped_column(BigInteger)
    #: minor units of `currency`
    value: Mapped[int] = mapped_column(BigInteger)


class KeptPath(Base):
    """How many of a day's sign-ups of one worth came by the same origins; models that learn share these out when they are asked."""

    __tablename__ = "attribution_path"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    #: ids of origins, the earliest first, with commas between; empty without a touch
    origins: Mapped[str]
    role: Mapped[str]
    currency: Mapped[str]
    #: minor units, of each
    value: Mapped[int] = mapped_column(BigInteger)
    signups: Mapped[int]


class KeptOrigin(Base):
    """The channel that an origin had when days were kept: one that has another name now makes them void."""

    __tablename__ = "attribution_origin"

    origin_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str]


class KeptPeriod(Base):
    """A period whose paths that came to nothing are counted (`KeptNulls`)."""

    __tablename__ = "attribution_period"

    #: the first day of all stands for no first day
    from_day: Mapped[date] = mapped_column(primary_key=True)
    until_day: Mapped[date] = mapped_column(primary_key=True)
    basis: Mapped[str]


class KeptNulls(Base):
    """How many people went a path and came to nothing, by period."""

    __tablename__ = "attribution_null"
    __table_args__ = (Index("ix_attribution_null_period", "until_day", "from_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_day: Mapped[date]
    until_day: Mapped[date]
    #: channels, the earliest first, with a unit separator between
    channels: Mapped[str]
    people: Mapped[int]


class KeptState(Base):
    """One row: how often changes were followed. What was computed before the last time is not written any more."""

    __tablename__ = "attribution_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    followed: Mapped[int] = mapped_column(BigInteger)
