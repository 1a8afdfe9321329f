"""Rows of jobs: what ran and what is to run, where reconciling stands, small repeated work, and the processes that do it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class JobRunRow(Base):
    """One run of one job for one period; the pair is unique, so that nothing runs twice whatever number of schedulers there are.

    `not_before` is when it may start (again), `expires_at` when a run that never started is missed. It belongs to `owner` until
    `lease_until`; `beats` grows with each renewal, which tells a live owner from a clock that jumped. `attempts` fences: only the attempt
    that started may finish. `faults` counts the attempts in a row that ended in a fault.
    """

    __tablename__ = "job_run"
    __table_args__ = (
        UniqueConstraint("job", "period"),
        Index("ix_job_run_state_not_before", "state", "not_before"),
        Index("ix_job_run_due_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str]
    period: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    argument: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    beats: Mapped[int]
    attempts: Mapped[int]
    faults: Mapped[int]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    progress: Mapped[str | None]
    line: Mapped[str | None]
    error: Mapped[str | None]
    workspace_hash: Mapped[str | None]
    #: who asked that it stops at the next good place
    stop_asked_by: Mapped[str | None]


class JobMarkRow(Base):
    """Until when the due periods of a job have been entered into `job_run`."""

    __tablename__ = "job_mark"

    job: Mapped[str] = mapped_column(primary_key=True)
    reconciled_until: Mapped[datetime]


class ChoreRow(Base):
    """Small repeated work (sending notices, retrying): one process at a time does it, no history is kept but the last time."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    beats: Mapped[int]
    finished_at: Mapped[datetime | None]
    line: Mapped[str | None]
    error: Mapped[str | None]


class ProcessRow(Base):
    """A process of growth that is alive, or was until `beat_at`.

    `machine` tells machines, containers and boots apart, `born` tells a pid that is used again.
    """

    __tablename__ = "process"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    host: Mapped[str]
    machine: Mapped[str]
    pid: Mapped[int]
    born: Mapped[str]
    version: Mapped[str]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    doing: Mapped[str]
    stopping: Mapped[bool]
