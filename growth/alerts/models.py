"""Rows of alerts: what is wrong or worth telling, and what each robot of the team was told about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class AlertRow(Base):
    """One fault or event. While it is open there is one row a `dedupe`, and `count` says how often it was raised."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "uq_alert_open_dedupe",
            "dedupe",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_alert_opened_at", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    dedupe: Mapped[str]
    severity: Mapped[str]
    title: Mapped[str]
    detail: Mapped[str]
    link: Mapped[str | None]
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    count: Mapped[int]
    closed_at: Mapped[datetime | None]


class NoticeRow(Base):
    """One text for one target of the team (`notify` name or e-mail address). `message` groups notices that were summed up in one call."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_state_next_at", "state", "next_at"), Index("ix_notice_target_sent_at", "target", "sent_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(unique=True)
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alert.id", ondelete="SET NULL"))
    target: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    link: Mapped[str | None]
    created_at: Mapped[datetime]
    state: Mapped[str]
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    message: Mapped[str | None]
    error: Mapped[str | None]
