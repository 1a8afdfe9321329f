"""Queries of runs and marks. Never commits. Two dialects, one text: a row count (RETURNING) decides who got a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from growth.db import Instant
from growth.jobs.job import RunState
from growth.jobs.models import JobMarkRow, JobRunRow

#: how long a run belongs to its worker without a sign of life
LEASE = timedelta(seconds=30)
#: states of runs that are history, or becoming it
HAPPENED = tuple(member for member in RunState if member != RunState.DUE)
_UNSTARTED = (RunState.DUE, RunState.WAITING)
_NO_SYNC = {"synchronize_session": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as others see it."""

    id: int
    job: str
    period: str
    state: RunState
    due_at: datetime
    not_before: datetime
    attempts: int
    faults: int
    owner: str | None
    lease_until: datetime | None
    beats: int
    started_at: datetime | None
    finished_at: datetime | None
    progress: str | None
    line: str | None
    error: str | None
    asked_by: str | None
    stop_asked_by: str | None
    argument: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run to enter. `expires_at` None: it is not missed, however late."""

    job: str
    period: str
    state: RunState
    due_at: datetime
    expires_at: datetime | None
    asked_by: str | None = None
    argument: Mapping[str, Any] | None = None


def add_runs(session: Session, runs: Iterable[NewRun], *, now: datetime) -> list[tuple[str, str]]:
    """Enter runs; the (job, period) of those that were not there yet."""
    rows = [
        {
            "job": run.job,
            "period": run.period,
            "state": run.state,
            "due_at": run.due_at,
            "not_before": run.due_at,
            "expires_at": run.expires_at,
            "asked_by": run.asked_by,
            "argument": dict(run.argument) if run.argument is not None else None,
            "beats": 0,
            "attempts": 0,
            "faults": 0,
            "finished_at": now if run.state == RunState.MISSED else None,
        }
        for run in runs
    ]
    if not rows:
        return []
    statement = _insert(session)(JobRunRow).values(rows).on_conflict_do_nothing().returning(JobRunRow.job, JobRunRow.period)
    return [(row.job, row.period) for row in session.execute(statement)]


def claimable(session: Session, *, jobs: Collection[str], now: datetime, limit: int) -> list[Run]:
    """Runs whose time has come, the longest due first, of jobs that have no other run going on."""
    other = aliased(JobRunRow)
    busy = exists().where(other.job == JobRunRow.job, other.state == RunState.RUNNING)
    query = (
        select(JobRunRow)
        .where(JobRunRow.state.in_(_UNSTARTED), JobRunRow.not_before <= now, JobRunRow.job.in_(jobs), ~busy)
        .order_by(JobRunRow.due_at, JobRunRow.id)
        .limit(limit)
    )
    return [_run(row) for row in session.scalars(query)]


def claim(session: Session, *, run: Run, owner: str, now: datetime, workspace_hash: str) -> Run | None:
    """Take `run` for `owner`; None where somebody was quicker or another run of the same job goes on."""
    # the mark's row is the job's lock on PostgreSQL, so that two workers cannot start two periods of one job at once
    session.execute(select(JobMarkRow.job).where(JobMarkRow.job == run.job).with_for_update())
    other = aliased(JobRunRow)
    busy = exists().where(other.job == run.job, other.state == RunState.RUNNING, other.id != run.id)
    statement = (
        update(JobRunRow)
        .where(JobRunRow.id == run.id, JobRunRow.state.in_(_UNSTARTED), JobRunRow.attempts == run.attempts, ~busy)
        .values(
            state=RunState.RUNNING,
            owner=owner,
            lease_until=now + LEASE,
            attempts=JobRunRow.attempts + 1,
            started_at=func.coalesce(JobRunRow.started_at, literal(now, Instant)),
            finished_at=None,
            progress=None,
            error=None,
            workspace_hash=workspace_hash,
            stop_asked_by=None,
        )
        .returning(JobRunRow)
        .execution_options(**_NO_SYNC, populate_existing=True)
    )
    row = session.scalars(statement).first()
    return _run(row) if row is not None else None


def renew(session: Session, *, owner: str, now: datetime) -> list[int]:
    """Keep the runs of `owner` for another while; their ids."""
    statement = (
        update(JobRunRow)
        .where(JobRunRow.owner == owner, JobRunRow.state == RunState.RUNNING)
        .values(lease_until=now + LEASE, beats=JobRunRow.beats + 1)
        .returning(JobRunRow.id)
        .execution_options(**_NO_SYNC)
    )
    return list(session.scalars(statement))


def ask_to_stop(session: Session, *, run_id: int, asked_by: str) -> bool:
    """Ask a run that goes on to stop at its next good place; False where it does not go on."""
    statement = (
        update(JobRunRow)
        .where(JobRunRow.id == run_id, JobRunRow.state == RunState.RUNNING)
        .values(stop_asked_by=asked_by)
        .returning(JobRunRow.id)
        .execution_options(**_NO_SYNC)
    )
    return session.scalars(statement).first() is not None


def asked_to_stop(session: Session, *, owner: str) -> frozenset[tuple[int, int]]:
    """The runs of `owner` that somebody wants stopped, with their attempt."""
    query = select(JobRunRow.id, JobRunRow.attempts).where(
        JobRunRow.owner == owner, JobRunRow.state == RunState.RUNNING, JobRunRow.stop_asked_by.is_not(None)
    )
    return frozenset((row.id, row.attempts) for row in session.execute(query))


def show_progress(session: Session, *, run_id: int, owner: str, text: str) -> None:
    """What the run is doing now."""
    session.execute(
        update(JobRunRow).where(JobRunRow.id == run_id, JobRunRow.owner == owner).values(progress=text).execution_options(**_NO_SYNC)
    )


def finish(
    session: Session,
    *,
    run: Run,
    state: RunState,
    now: datetime,
    line: str | None = None,
    error: str | None = None,
    not_before: datetime | None = None,
    faults: int = 0,
) -> bool:
    """Write down how an attempt ended; False where the run was taken from this attempt meanwhile, and nothing was written."""
    ended = state in (RunState.DONE, RunState.FAILED, RunState.STOPPED)
    values: dict[str, object] = {"state": state, "owner": None, "lease_until": None, "line": line, "error": error}
    values |= {"progress": None, "faults": faults}
    values["finished_at"] = now if ended else None
    if not_before is not None:
        values["not_before"] = not_before
    statement = (
        update(JobRunRow)
        .where(
            JobRunRow.id == run.id,
            JobRunRow.state == RunState.RUNNING,
            JobRunRow.owner == run.owner,
            JobRunRow.attempts == run.attempts,
        )
        .values(**values)
        .returning(JobRunRow.id)
        .execution_options(**_NO_SYNC)
    )
    return session.scalars(statement).first() is not None


def running(session: Session) -> list[Run]:
    """What runs now, by anybody."""
    return [_run(row) for row in session.scalars(select(JobRunRow).where(JobRunRow.state == RunState.RUNNING).order_by(JobRunRow.id))]


def take_back(session: Session, *, run: Run) -> bool:
    """Make a run of a dead owner due again; False where it moved since `run` was read."""
    statement = (
        update(JobRunRow)
        .where(
            JobRunRow.id == run.id,
            JobRunRow.state == RunState.RUNNING,
            JobRunRow.owner == run.owner,
            JobRunRow.attempts == run.attempts,
            JobRunRow.beats == run.beats,
        )
        .values(state=RunState.WAITING, owner=None, lease_until=None)
        .returning(JobRunRow.id)
        .execution_options(**_NO_SYNC)
    )
    return session.scalars(statement).first() is not None


def expire(session: Session, *, now: datetime) -> list[tuple[str, str]]:
    """Runs that nobody started within their catch-up time become missed; their (job, period)."""
    statement = (
        update(JobRunRow)
        .where(JobRunRow.state == RunState.DUE, JobRunRow.attempts == 0, JobRunRow.expires_at < now)
        .values(state=RunState.MISSED, finished_at=now)
        .returning(JobRunRow.job, JobRunRow.period)
        .execution_options(**_NO_SYNC)
    )
    return [(row.job, row.period) for row in session.execute(statement)]


def has_expired(session: Session, *, now: datetime) -> bool:
    """Whether a run waits that nobody started within its catch-up time."""
    query = select(JobRunRow.id).where(JobRunRow.state == RunState.DUE, JobRunRow.attempts == 0, JobRunRow.expires_at < now).limit(1)
    return session.scalar(query) is not None


def forget_early_misses(session: Session, *, now: datetime) -> int:
    """Delete misses whose time has not come: a clock that ran ahead entered them. How many went."""
    statement = delete(JobRunRow).where(JobRunRow.state == RunState.MISSED, JobRunRow.due_at > now).returning(JobRunRow.id)
    return len(session.scalars(statement).all())


def revive(session: Session, *, run_id: int, now: datetime, asked_by: str) -> bool:
    """Let a failed, missed, stopped or waiting run start now; False where it is done or going on."""
    statement = (
        update(JobRunRow)
        .where(JobRunRow.id == run_id, JobRunRow.state.not_in((RunState.DONE, RunState.RUNNING)))
        .values(state=RunState.WAITING, not_before=now, asked_by=asked_by, faults=0, finished_at=None, started_at=None)
        .returning(JobRunRow.id)
        .execution_options(**_NO_SYNC)
    )
    return session.scalars(statement).first() is not None


def find(session: Session, *, job: str, period: str) -> Run | None:
    """The run of that job for that period."""
    row = session.scalar(select(JobRunRow).where(JobRunRow.job == job, JobRunRow.period == period))
    return _run(row) if row is not None else None


def get(session: Session, *, run_id: int) -> Run | None:
    """The run of that number."""
    row = session.get(JobRunRow, run_id)
    return _run(row) if row is not None else None


def history(
    session: Session,
    *,
    job: str | None = None,
    states: Sequence[RunState] = HAPPENED,
    limit: int = 100,
    offset: int = 0,
) -> list[Run]:
    """What happened, the newest first."""
    query = select(JobRunRow).where(JobRunRow.state.in_(states))
    if job is not None:
        query = query.where(JobRunRow.job == job)
    moment = func.coalesce(JobRunRow.started_at, JobRunRow.finished_at, JobRunRow.due_at)
    return [_run(row) for row in session.scalars(query.order_by(moment.desc(), JobRunRow.id.desc()).limit(limit).offset(offset))]


def last_runs(session: Session) -> dict[str, Run]:
    """The newest run of each job that is not merely due."""
    newest = (
        select(func.max(JobRunRow.due_at).label("due_at"), JobRunRow.job)
        .where(JobRunRow.state != RunState.DUE)
        .group_by(JobRunRow.job)
        .subquery()
    )
    query = select(JobRunRow).join(newest, (newest.c.job == JobRunRow.job) & (newest.c.due_at == JobRunRow.due_at)).order_by(JobRunRow.id)
    return {row.job: _run(row) for row in session.scalars(query)}


def queue(session: Session, *, now: datetime) -> tuple[int, datetime | None]:
    """How many runs wait for a worker although their time has come, and since when the longest does."""
    count, oldest = session.execute(
        select(func.count(), func.min(JobRunRow.not_before)).where(JobRunRow.state.in_(_UNSTARTED), JobRunRow.not_before <= now)
    ).one()
    return int(count), oldest


def forget_runs(session: Session, *, before: datetime, limit: int) -> int:
    """Delete runs that ended before then; how many went. What happens once is kept: its row is what keeps it from happening again."""
    old = select(JobRunRow.id).where(JobRunRow.finished_at < before, JobRunRow.period != "once").limit(limit)
    return len(session.scalars(delete(JobRunRow).where(JobRunRow.id.in_(old)).returning(JobRunRow.id)).all())


def marks(session: Session) -> dict[str, datetime]:
    """Until when each job has been reconciled."""
    return {row.job: row.reconciled_until for row in session.scalars(select(JobMarkRow))}


def set_marks(session: Session, *, jobs: Iterable[str], until: datetime, back: bool = False) -> None:
    """Move marks forward to `until`, or to it from wherever they are with `back`; a job that has none gets one."""
    rows = [{"job": job, "reconciled_until": until} for job in jobs]
    if not rows:
        return
    statement = _insert(session)(JobMarkRow).values(rows)
    newer = None if back else JobMarkRow.reconciled_until < statement.excluded.reconciled_until
    session.execute(
        statement.on_conflict_do_update(index_elements=["job"], set_={"reconciled_until": statement.excluded.reconciled_until}, where=newer)
    )


def _insert(session: Session) -> Any:
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def _run(row: JobRunRow) -> Run:
    return Run(
        id=row.id,
        job=row.job,
        period=row.period,
        state=RunState(row.state),
        due_at=row.due_at,
        not_before=row.not_before,
        attempts=row.attempts,
        faults=row.faults,
        owner=row.owner,
        lease_until=row.lease_until,
        beats=row.beats,
        started_at=row.started_at,
        finished_at=row.finished_at,
        progress=row.progress,
        line=row.line,
        error=row.error,
        asked_by=row.asked_by,
        stop_asked_by=row.stop_asked_by,
        argument=row.argument or {},
    )
