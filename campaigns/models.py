"""Rows of campaigns: the frozen content of a run, saved plans, approvals. Deliveries are messaging's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class Run(Base):
    """What a period is sent with: the content as it was when it began, whatever happens to the file since."""

    __tablename__ = "campaign_run"

    campaign: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    workspace_hash: Mapped[str]
    channel: Mapped[str] = mapped_column(index=True)
    medium: Mapped[str]
    content: Mapped[dict[str, Any]]
    links: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    #: what the test of its variants came to (`campaigns.winner.Decision`), once it is over
    decision: Mapped[dict[str, Any] | None]


class SequenceStep(Base):
    """A later message of a sequence in one period: when to look next for people whose wait is over. Deliveries are messaging's."""

    __tablename__ = "campaign_step"

    campaign: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    #: 2 is the first message of `then`
    step: Mapped[int] = mapped_column(primary_key=True)
    #: of `campaigns.sequences.StepState`
    state: Mapped[str]
    #: None once nobody can follow any more
    look_at: Mapped[datetime | None] = mapped_column(index=True)


class Plan(Base):
    """The last plan of a period: what a send was promised to do."""

    __tablename__ = "campaign_plan"

    campaign: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    audience_hash: Mapped[str]
    made_at: Mapped[datetime]
    document: Mapped[dict[str, Any]]


class Approved(Base):
    """Somebody's yes to an exact content."""

    __tablename__ = "campaign_approval"

    campaign: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")


class Tested(Base):
    """A message sent to a test address."""

    __tablename__ = "campaign_test"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(index=True)
    content_hash: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
