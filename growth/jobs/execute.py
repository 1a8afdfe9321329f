"""Running one claimed run to its end, and writing down how it ended."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy.orm import Session

from growth import clock
from growth.alerts import close_alert, raise_alert, without_personal_data
from growth.app import load
from growth.db import Database
from growth.errors import ExitCode, GrowthError, ProviderError
from growth.jobs import store
from growth.jobs.catalogue import Catalogue
from growth.jobs.job import Job, JobRun, Postponed, RunState
from growth.jobs.period import ONCE, Period
from growth.jobs.store import Run
from growth.language import _, speaking
from growth.text import cut, printable
from growth.workspace import Severity

log = logging.getLogger("growth.jobs")

#: waits before another try after a fault that may pass
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
#: so many attempts in a row may end in a fault that may pass, or without a word, before the run is given up
MOST_FAULTS = 5
_LINE_CHARACTERS = 500
_ERROR_CHARACTERS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended."""

    state: RunState
    line: str | None = None
    error: str | None = None
    not_before: datetime | None = None
    #: attempts in a row that ended in a fault
    faults: int = 0


def execute(
    database: Database,
    catalogue: Catalogue,
    run: Run,
    *,
    should_stop: Callable[[], bool],
    now: Callable[[], datetime] = clock.now,
) -> Outcome:
    """Run the claimed `run` in this thread and record its end. Whatever the job's function raises is recorded, nothing is raised."""
    job = catalogue.jobs[run.job]
    begun = monotonic()
    log.info("%s %s begins%s", run.job, run.period, f", attempt {run.attempts}" if run.attempts > 1 else "")
    with speaking(catalogue.workspace.settings.site.locale):
        outcome = _outcome(database, catalogue, job, run, should_stop=should_stop, now=now)
        kept = record(database, catalogue, run, outcome, now=now())
    words = outcome.line or outcome.error or ""
    log.log(
        logging.ERROR if outcome.state == RunState.FAILED else logging.INFO,
        "%s %s %s in %.1f s%s%s",
        run.job,
        run.period,
        outcome.state,
        monotonic() - begun,
        f": {words.splitlines()[0]}" if words else "",
        "" if kept else " (taken over by another worker meanwhile; nothing recorded)",
    )
    return outcome


def record(database: Database, catalogue: Catalogue, run: Run, outcome: Outcome, *, now: datetime) -> bool:
    """Write down how an attempt ended, and raise or close the job's alerts; False where the run was not this attempt's any more."""
    with database.write() as session:
        outcome = _stopped(session, run, outcome)
        if not store.finish(
            session,
            run=run,
            state=outcome.state,
            now=now,
            line=outcome.line,
            error=outcome.error,
            not_before=outcome.not_before,
            faults=outcome.faults,
        ):
            return False
        title = str(catalogue.jobs[run.job].title) if run.job in catalogue.jobs else run.job
        if outcome.state == RunState.FAILED:
            raise_alert(
                session,
                kind="job_failed",
                title=_("“{title}” failed for {period}", title=title, period=run.period),
                detail=outcome.error or "",
                dedupe=f"job_failed:{run.job}",
                now=now,
                link=f"/jobs/{run.job}",
                severity=Severity.ERROR,
            )
        elif outcome.state == RunState.DONE:
            close_alert(session, dedupe=f"job_failed:{run.job}", now=now, tell_targets=True)
            close_alert(session, dedupe=f"job_missed:{run.job}", now=now)
    return True


def _stopped(session: Session, run: Run, outcome: Outcome) -> Outcome:
    """A run that somebody stopped does not go on by itself."""
    found = store.get(session, run_id=run.id)
    if outcome.state != RunState.WAITING or found is None or found.stop_asked_by is None:
        return outcome
    line = _(
        "stopped by {name}; to go on: growth jobs run {job} --period {period}", name=found.stop_asked_by, job=run.job, period=run.period
    )
    return Outcome(state=RunState.STOPPED, line=line)


def bury(database: Database, catalogue: Catalogue, run: Run, *, why: str, now: datetime) -> None:
    """An attempt of ours ended without a word (its process died): the run goes on with another attempt, or is given up after too many."""
    with speaking(catalogue.workspace.settings.site.locale):
        outcome = _again(run, why, now=now)
        log.error("%s %s: %s", run.job, run.period, outcome.error)
        record(database, catalogue, run, outcome, now=now)


def _outcome(
    database: Database, catalogue: Catalogue, job: Job, run: Run, *, should_stop: Callable[[], bool], now: Callable[[], datetime]
) -> Outcome:
    try:
        work: Callable[[JobRun], str | None] = load(job.run)
        line = work(_job_run(database, catalogue, job, run, should_stop=should_stop, now=now()))
    except Postponed as pause:
        return Outcome(state=RunState.WAITING, line=_cut(str(pause), _LINE_CHARACTERS), not_before=max(pause.until, now()))
    except GrowthError as fault:
        if should_stop() and fault.exit_code == ExitCode.UNFINISHED:
            # it stopped because it was asked to, in its own words
            return Outcome(state=RunState.WAITING, line=_cut(str(fault), _LINE_CHARACTERS), not_before=now(), faults=run.faults)
        return _after_fault(fault, run, now=now())
    except Exception as fault:  # noqa: BLE001 - whatever a job raises is its history, not the worker's end
        log.error("%s %s: %s", run.job, run.period, without_personal_data(traceback.format_exc()))
        return Outcome(state=RunState.FAILED, error=_cut(f"{type(fault).__name__}: {fault}", _ERROR_CHARACTERS))
    return Outcome(state=RunState.DONE, line=_cut(line, _LINE_CHARACTERS) if line else None)


def _after_fault(fault: GrowthError, run: Run, *, now: datetime) -> Outcome:
    """What may pass (no answer, stopped before its end) is tried again a few times; wrong use and wrong settings are not."""
    words = _cut(f"{fault}\n{fault.fix}" if fault.fix else str(fault), _ERROR_CHARACTERS)
    permanent = fault.permanent if isinstance(fault, ProviderError) else fault.exit_code != ExitCode.UNFINISHED
    if permanent:
        return Outcome(state=RunState.FAILED, error=words)
    wish = fault.retry_after if isinstance(fault, ProviderError) else None
    return _again(run, words, now=now, wish=wish or timedelta())


def _again(run: Run, why: str, *, now: datetime, wish: timedelta = timedelta()) -> Outcome:
    """Another attempt after a wait that grows; the end after too many in a row."""
    faults = run.faults + 1
    if faults >= MOST_FAULTS:
        return Outcome(state=RunState.FAILED, error=_("{why}; given up after {n} attempts", why=why, n=faults), faults=faults)
    return Outcome(state=RunState.WAITING, error=why, not_before=now + max(_WAITS[run.faults], wish), faults=faults)


def _job_run(database: Database, catalogue: Catalogue, job: Job, run: Run, *, should_stop: Callable[[], bool], now: datetime) -> JobRun:
    def tell(text: str) -> None:
        with database.write() as session:
            store.show_progress(session, run_id=run.id, owner=run.owner or "", text=_cut(text, _LINE_CHARACTERS))

    return JobRun(
        job=run.job,
        key=run.period,
        period=Period.parse(run.period, every=job.schedule.every) if job.schedule else ONCE,
        workspace=catalogue.workspace,
        database=database,
        now=now,
        attempt=run.attempts,
        argument=run.argument,
        should_stop=should_stop,
        tell=tell,
    )


def _cut(text: str, characters: int) -> str:
    return cut("\n".join(printable(line) for line in without_personal_data(text).splitlines()), characters)
