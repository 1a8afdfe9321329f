"""Rows of submission: what each engine was told of."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class Push(Base):
    """The last word of one engine on one URL."""

    __tablename__ = "seo_push"
    __table_args__ = (Index("ix_seo_push_engine_day", "engine", "day"),)

    engine: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    reason: Mapped[str | None]
    at: Mapped[datetime]
    day: Mapped[date]
    times: Mapped[int] = mapped_column(default=1)


class PushQuota(Base):
    """What an engine said of its quota, by day of the site."""

    __tablename__ = "seo_push_quota"

    engine: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    quota_left: Mapped[int]
