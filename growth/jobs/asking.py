"""Asking for a run by hand: the run-now button, ``growth jobs run``, and what a page wants done in the background."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from growth.errors import GrowthError
from growth.jobs import store
from growth.jobs.catalogue import Catalogue
from growth.jobs.job import Job, RunState
from growth.jobs.period import Period
from growth.jobs.store import NewRun, Run
from growth.language import _


class AlreadyRun(GrowthError):
    """The job has run for that period, or runs now; it does so once."""


class NotRunning(GrowthError):
    """There is no run to stop."""


def ask(
    session: Session,
    catalogue: Catalogue,
    *,
    job: str,
    asked_by: str,
    now: datetime,
    key: str | None = None,
    argument: Mapping[str, Any] | None = None,
) -> Run:
    """Have `job` run as soon as a worker is free; a failed or missed run gets another chance.

    `key` is a period of the job's schedule (default: the last one that was due), or any name for a job without one (default: the time).
    Raises UnknownJob, UnknownPeriod, and AlreadyRun where that period is done or going on.
    """
    wanted = catalogue.job(job)
    period = key_of(catalogue, wanted, key, now)
    store.set_marks(session, jobs=[job], until=now) if wanted.schedule is None else None
    new = NewRun(job=job, period=period, state=RunState.DUE, due_at=now, expires_at=None, asked_by=asked_by, argument=argument)
    added = store.add_runs(session, [new], now=now)
    run = store.find(session, job=job, period=period)
    assert run is not None
    if added:
        return run
    if not store.revive(session, run_id=run.id, now=now, asked_by=asked_by):
        raise AlreadyRun(
            _("“{job}” is running for {period} now", job=job, period=period)
            if run.state == RunState.RUNNING
            else _("“{job}” has been run for {period}; a job runs once a period", job=job, period=period),
            fix="growth status" if run.state == RunState.RUNNING else f"growth jobs history --job {job}",
        )
    revived = store.get(session, run_id=run.id)
    assert revived is not None
    return revived


def ask_to_stop(session: Session, *, job: str, asked_by: str) -> Run:
    """Ask the run of `job` that goes on to stop at its next good place. Raises NotRunning."""
    for run in store.running(session):
        if run.job == job and store.ask_to_stop(session, run_id=run.id, asked_by=asked_by):
            return run
    raise NotRunning(_("“{job}” is not running", job=job), fix="growth status")


def key_of(catalogue: Catalogue, job: Job, key: str | None, now: datetime) -> str:
    """The checked period key of a run of `job`. Raises UnknownPeriod."""
    if job.schedule is None:
        return key or now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return Period.parse(key, every=job.schedule.every).key if key is not None else catalogue.period_now(job, now).key
