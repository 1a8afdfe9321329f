"""What ``growth doctor`` says about jobs: does anybody do them, is anything late, are holidays known, is the clock right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from growth import clock
from growth.alerts import NoticeState, alerts, notices
from growth.app import Diagnosis, Level
from growth.db import Database
from growth.jobs import processes, store
from growth.jobs.catalogue import read_catalogue
from growth.jobs.checks import unknown_years
from growth.language import _
from growth.workspace import Workspace

_LATE = timedelta(minutes=5)
_SKEW = timedelta(seconds=5)


def diagnose(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """One line a question."""
    now = clock.now()
    yield _holidays(workspace, now)
    if database is None:
        return
    with database.read() as session:
        yield _workers(session, now)
        yield _queue(session, now)
        yield _clock(session, database, now)
        yield _alerts(session)
        yield _robots(session)


def _holidays(workspace: Workspace, now: datetime) -> Diagnosis:
    catalogue = read_catalogue(workspace)
    unknown = unknown_years(catalogue, now)
    years = [
        year
        for year in (now.astimezone(workspace.zone).year, now.astimezone(workspace.zone).year + 1)
        if not catalogue.holidays.knows(year)
    ]
    if unknown:
        jobs = ", ".join(sorted({job for names in unknown.values() for job in names}))
        message = _(
            "holidays: those of {years} are not known; weekends alone count for {jobs}", years=", ".join(map(str, unknown)), jobs=jobs
        )
        return Diagnosis(id="holidays", level=Level.WARN, message=message, fix=_("write the State Council's notice into holidays.yaml"))
    if years and now.astimezone(workspace.zone).month >= 12:
        message = _("holidays: those of {years} are not known; no job needs them yet", years=", ".join(map(str, years)))
        return Diagnosis(id="holidays", level=Level.WARN, message=message, fix=_("write the State Council's notice into holidays.yaml"))
    return Diagnosis(id="holidays", level=Level.OK, message=_("holidays: known as far as jobs need them"))


def _workers(session: Session, now: datetime) -> Diagnosis:
    workers = [process for process in processes.alive(session, now=now) if process.kind == "worker"]
    if not workers:
        return Diagnosis(id="worker", level=Level.WARN, message=_("worker: none runs, so nothing happens by itself"), fix="growth up")
    return Diagnosis(id="worker", level=Level.OK, message=_("worker: {n} at work", n=len(workers)))


def _queue(session: Session, now: datetime) -> Diagnosis:
    waiting, oldest = store.queue(session, now=now)
    if oldest is not None and now - oldest > _LATE:
        minutes = int((now - oldest).total_seconds() // 60)
        message = _("jobs: {n} wait, the oldest for {minutes} min", n=waiting, minutes=minutes)
        return Diagnosis(id="jobs", level=Level.WARN, message=message, fix=_("growth status says what runs; start another: growth worker"))
    return Diagnosis(id="jobs", level=Level.OK, message=_("jobs: nothing is late"))


def _clock(session: Session, database: Database, now: datetime) -> Diagnosis:
    """Against the database server's clock where there is one, and against where reconciling already was."""
    ahead = max(store.marks(session).values(), default=now) - now
    if not database.is_sqlite:
        server = session.execute(text("SELECT extract(epoch FROM clock_timestamp()) * 1000000")).scalar_one()
        skew = clock.from_micros(int(server)) - clock.now()
        if abs(skew) > _SKEW:
            message = _("clock: {seconds} s away from the database server's", seconds=round(skew.total_seconds()))
            return Diagnosis(id="clock", level=Level.WARN, message=message, fix=_("let both machines follow a time server (NTP)"))
    if ahead > timedelta(minutes=2):
        message = _("clock: jobs were entered up to {seconds} s ahead of it; it went back", seconds=round(ahead.total_seconds()))
        return Diagnosis(id="clock", level=Level.WARN, message=message, fix=_("let this machine follow a time server (NTP)"))
    return Diagnosis(id="clock", level=Level.OK, message=_("clock: in step"))


def _alerts(session: Session) -> Diagnosis:
    lasting = alerts(session, open_only=True)
    if lasting:
        message = _("alerts: {n} last, the newest: {title}", n=len(lasting), title=lasting[0].title)
        return Diagnosis(id="alerts", level=Level.WARN, message=message, fix="growth alerts")
    return Diagnosis(id="alerts", level=Level.OK, message=_("alerts: none lasts"))


def _robots(session: Session) -> Diagnosis:
    failed = notices(session, state=NoticeState.FAILED, limit=20)
    if failed:
        targets = ", ".join(sorted({notice.target for notice in failed}))
        return Diagnosis(
            id="robots",
            level=Level.WARN,
            message=_("robots: the team could not be told through {targets}: {error}", targets=targets, error=failed[0].error or ""),
            fix=f"growth alerts test {failed[0].target}",
        )
    return Diagnosis(id="robots", level=Level.OK, message=_("robots: every message was taken"))
