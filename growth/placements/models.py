"""Rows of placements: what is declared, where it stands, what happened, what a check saw."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base, Minor


class Placement(Base):
    """One declared placement; the id is that of placements.yaml."""

    __tablename__ = "placement"

    id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    kind: Mapped[str]
    target: Mapped[str | None]
    title: Mapped[str | None]
    at_url: Mapped[str | None]
    link_to: Mapped[str | None]
    rel: Mapped[str]
    cost: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str | None]
    state: Mapped[str]
    since: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]


class PlacementEvent(Base):
    """One step of a placement's life, with its evidence."""

    __tablename__ = "placement_event"
    __table_args__ = (Index("ix_placement_event_placement_at", "placement_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[str] = mapped_column(ForeignKey("placement.id", onupdate="CASCADE"))
    at: Mapped[datetime]
    state: Mapped[str]
    evidence: Mapped[str]
    actor: Mapped[str]


class PlacementCheck(Base):
    """What one look at the placement's page saw."""

    __tablename__ = "placement_check"
    __table_args__ = (Index("ix_placement_check_placement_at", "placement_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[str] = mapped_column(ForeignKey("placement.id", onupdate="CASCADE"))
    at: Mapped[datetime]
    verdict: Mapped[str]
    seen: Mapped[dict[str, Any]]
