"""Reconciling: every run that fell due since the last time is entered once, whatever number of schedulers does it.

Late runs are entered as due within their catch-up time, else as missed, with an alert. A schedule that is seen for the first time starts
now (`once` may still be caught up); a clock that ran ahead and came back loses and doubles nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from growth.alerts import raise_alert
from growth.clock import EPOCH, MICROSECOND, aware
from growth.db import Database
from growth.jobs import store
from growth.jobs.catalogue import Catalogue
from growth.jobs.job import Job, RunState
from growth.jobs.store import NewRun
from growth.language import _, ngettext, speaking
from growth.workspace import Every

log = logging.getLogger("growth.jobs")

#: a mark this far ahead of the clock means that the clock went back
_AHEAD = timedelta(minutes=2)
#: how long a mark may lag behind while nothing is due; less writing, and the same runs
_MARK_EVERY = timedelta(minutes=5)
#: a run is never missed sooner than this, whatever its catch-up time says: the heartbeat itself takes seconds
_LEAST_CATCH_UP = timedelta(minutes=2)
_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What one reconciling did: runs that are due now, runs that were missed."""

    due: int = 0
    missed: int = 0


def reconcile(database: Database, catalogue: Catalogue, *, now: datetime) -> Reconciled:
    """Enter what fell due until `now`. Cheap where nothing did: one read."""
    now = aware(now)
    scheduled = [job for job in catalogue.jobs.values() if job.schedule is not None]
    with database.read() as session:
        marks = store.marks(session)
    if any(mark > now + _AHEAD for mark in marks.values()):
        marks = _clock_went_back(database, marks, now=now)
    new, behind = [], []
    for job in scheduled:
        since = marks.get(job.name) or _first_mark(job, now)
        found = [_run(job, due_at, key, now) for due_at, key in _due(catalogue, job, since, now)]
        new.extend(found)
        if found or job.name not in marks or now - since >= _MARK_EVERY:
            behind.append(job.name)
    return _enter(database, catalogue, new, behind, now=now)


def _first_mark(job: Job, now: datetime) -> datetime:
    """A job that is new has no past; what happens once is looked for in all of it, so that a slip in its date is told."""
    assert job.schedule is not None
    return EPOCH if job.schedule.every == Every.ONCE else now


def _due(catalogue: Catalogue, job: Job, since: datetime, now: datetime) -> Iterator[tuple[datetime, str]]:
    for run in catalogue.due_of(job, since + MICROSECOND, now):
        yield run.due_at, run.period.key


def _run(job: Job, due_at: datetime, key: str, now: datetime) -> NewRun:
    assert job.schedule is not None
    expires_at = due_at + max(job.schedule.catch_up, _LEAST_CATCH_UP)
    state = RunState.DUE if now <= expires_at else RunState.MISSED
    return NewRun(job=job.name, period=key, state=state, due_at=due_at, expires_at=expires_at)


def _enter(database: Database, catalogue: Catalogue, new: Sequence[NewRun], behind: Sequence[str], *, now: datetime) -> Reconciled:
    """Write the runs, batch by batch, then the marks: a crash between enters the same rows again, which changes nothing."""
    states = {(run.job, run.period): run.state for run in new}
    entered: list[tuple[str, str]] = []
    rest = iter(new)
    while batch := list(islice(rest, _BATCH)):
        with database.write() as session:
            added = store.add_runs(session, batch, now=now)
            _tell_missed(session, catalogue, [key for key in added if states[key] == RunState.MISSED], now=now)
        entered.extend(added)
    with database.read() as session:
        expiring = store.has_expired(session, now=now)
    expired: list[tuple[str, str]] = []
    if behind or expiring:
        with database.write() as session:
            store.set_marks(session, jobs=behind, until=now)
            expired = store.expire(session, now=now)
            _tell_missed(session, catalogue, expired, now=now)
    missed = sum(states[key] == RunState.MISSED for key in entered)
    return Reconciled(due=len(entered) - missed, missed=missed + len(expired))


def _clock_went_back(database: Database, marks: dict[str, datetime], *, now: datetime) -> dict[str, datetime]:
    ahead = sorted(job for job, mark in marks.items() if mark > now + _AHEAD)
    log.warning("the clock went back: %s are reconciled from now on again", ", ".join(ahead))
    with database.write() as session:
        store.set_marks(session, jobs=ahead, until=now, back=True)
        store.forget_early_misses(session, now=now)
    return {job: min(mark, now) if job in ahead else mark for job, mark in marks.items()}


def _tell_missed(session: Session, catalogue: Catalogue, missed: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """One alert a job, however many of its periods were missed."""
    by_job: dict[str, list[str]] = defaultdict(list)
    for job, period in missed:
        by_job[job].append(period)
    with speaking(catalogue.workspace.settings.site.locale):
        for job, periods in by_job.items():
            known = catalogue.jobs.get(job)
            title = str(known.title) if known else job
            count = ngettext("one run", "{n} runs", len(periods))
            shown = ", ".join(periods[:20]) + (" …" if len(periods) > 20 else "")
            raise_alert(
                session,
                kind="job_missed",
                title=_("“{title}” was missed: {count}", title=title, count=count),
                detail=_(
                    "{periods}: nothing could run it within its catch-up time. To run one now: growth jobs run {job} --period {first}",
                    periods=shown,
                    job=job,
                    first=periods[-1],
                ),
                dedupe=f"job_missed:{job}",
                now=now,
                link=f"/jobs/{job}",
            )
