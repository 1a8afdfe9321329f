"""Gathering the numbers of a report from the rooms below: traffic counts, attribution credits, channels cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from growth.channels import total_cost
from growth.jobs import Period
from growth.money import Money
from growth.operations.evidence import Evidence
from growth.operations.rows import Facts, Span, Sums, Yield, span_before, span_of
from growth.workspace import Workspace

if TYPE_CHECKING:
    from growth.db import Database


def gather(session: Session, workspace: Workspace, period: Period, *, today: date) -> tuple[Facts, Evidence]:
    """All numbers of `period` up to `today`, and what proves them."""
    raise NotImplementedError


def refresh(database: Database, *, now: datetime) -> None:
    """Bring up to date what lower rooms compute when it is asked for."""


def channel_yields(session: Session, workspace: Workspace, span: Span) -> list[Yield]:
    """What each channel cost and brought in a span."""
    raise NotImplementedError
