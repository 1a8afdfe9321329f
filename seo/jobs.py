"""The audit as a job: by the schedule of growth.yaml, and whenever somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from growth import clock
from growth.alerts import close_alert, raise_alert
from growth.db import Database
from growth.jobs import Job, JobRun, Postponed, Schedule
from growth.language import Text, _
from growth.workspace import SETTINGS, Severity, Workspace
from seo.audit import AuditResult, AuditStopped, run_audit
from seo.changes import changed_errors
from seo.crawl.lock import LockLost
from seo.crawls import judged_before, newest
from seo.facts import seo_settings

#: names of the two jobs
SCHEDULED = "seo.audit"
ASKED = "seo.audit-now"


def jobs(workspace: Workspace) -> Iterator[Job]:
    """The scheduled audit, and the one that the dashboard asks for."""
    settings = seo_settings(workspace)
    yield Job(
        name=SCHEDULED,
        schedule=Schedule.from_yaml(settings.schedule),
        run="seo.jobs:audit",
        title=Text("Audit the site", "网站 SEO 审计"),
        heavy=True,
        link="/seo",
        where=workspace.where(SETTINGS, None, "seo", "schedule"),
    )
    yield Job(name=ASKED, run="seo.jobs:audit", title=Text("Audit the site now", "立即审计网站"), heavy=True, link="/seo")


def audit(run: JobRun) -> str:
    """Audit the site; a run that was cut off goes on where it stood. New errors are told to the team."""
    asked_by = f"job:{run.job}:{run.key}"
    with run.database.read() as session:
        last = newest(session)
    resume = last is not None and last.asked_by == asked_by and last.state.can_resume and not last.state.is_judged

    def tick(*, done: int | None = None, total: int | None = None, errors: int = 0, note: str = "") -> None:
        run.tell(_("{done} of {total} pages, {errors} failures", done=done or 0, total=total or "?", errors=errors))

    try:
        result = run_audit(run.database, now=run.now, asked_by=asked_by, resume=resume, stopped=run.should_stop, tick=tick)
    except (AuditStopped, LockLost) as fault:
        raise Postponed(str(fault), until=clock.now() + timedelta(seconds=30)) from fault
    tell_new_errors(run.database, result, now=run.now)
    return _(
        "{pages} pages: {errors} errors, {warnings} warnings, {notices} notices",
        pages=result.crawl.pages,
        errors=result.issues["error"],
        warnings=result.issues["warning"],
        notices=result.issues["notice"],
    )


def tell_new_errors(database: Database, result: AuditResult, *, now: datetime) -> bool:
    """Tell the team of errors that the crawl before did not have, and of those that are gone; True where there are new ones.

    The alert ends with the next audit.
    """
    crawl = result.crawl
    with database.write() as session:
        before = judged_before(session, crawl.id)
        if before is not None:
            close_alert(session, dedupe=f"new_errors:{before.id}", now=now)
        changes = changed_errors(session, crawl_id=crawl.id)
        if not changes.new:
            return False
        raise_alert(
            session,
            kind="new_errors",
            title=_("{n} new errors on the site", n=changes.new),
            detail=changes.text,
            dedupe=f"new_errors:{crawl.id}",
            now=now,
            link=f"/seo/diff?new={crawl.id}",
            severity=Severity.ERROR,
        )
    return True
