"""The reports that are made and told by themselves: ``report:`` of growth.yaml, and the reminders of what runs out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

from growth.alerts import tell
from growth.errors import GrowthError
from growth.jobs import Job, JobRun, Period, Schedule
from growth.language import Text, _, speaking
from growth.operations.making import kept_path, make_report
from growth.operations.report import Format, text_of, title_of, written
from growth.reporting import write_whole
from growth.workspace import Every, ReportSchedule, Workspace

#: how far a holiday may move a run out of its period
SEARCHED = timedelta(days=15)
_TITLES = {
    Every.DAY: Text("Daily report", "日报"),
    Every.WEEK: Text("Weekly report", "周报"),
    Every.MONTH: Text("Monthly report", "月报"),
    Every.YEAR: Text("Yearly report", "年报"),
}


def jobs(workspace: Workspace) -> Iterator[Job]:
    """One job for each entry of ``report:``, and the daily look at what runs out."""
    taken: set[str] = set()
    for entry in workspace.settings.report:
        name = f"report.{entry.every.value}"
        number = 2
        while name in taken:
            name, number = f"report.{entry.every.value}-{number}", number + 1
        taken.add(name)
        yield Job(
            name=name,
            title=_TITLES[entry.every],
            run="growth.operations.jobs:report",
            schedule=Schedule.from_yaml(entry),
            heavy=True,
            link="/reports",
        )
    if workspace.settings.renewals:
        yield Job(
            name="operations.renewals",
            title=Text("Reminders of what runs out", "到期提醒"),
            run="growth.operations.renewals:remind",
            schedule=Schedule(every=Every.DAY, at=time(9, 0)),
            link="/calendar",
        )


def report(run: JobRun) -> str:
    """Make the report about the period that just ended, keep it as HTML and XLSX, and tell those it is for."""
    entry = next((entry for name, entry in _entries(run.workspace) if name == run.job), None)
    if entry is None:
        raise GrowthError(_("growth.yaml no longer has this report"), fix=_("look at `report:` in growth.yaml"))
    about = period_about(run.period, Schedule.from_yaml(entry), run.workspace)
    with speaking(run.workspace.settings.site.locale):
        made = make_report(run.database, about, now=run.now)
        for format in (Format.HTML, Format.XLSX):
            write_whole(kept_path(run.workspace, about, format), written(made, run.workspace, format))
        title = f"{title_of(about)} {about.title()}"
        body = text_of(made, run.workspace).split("\n", 1)[1].strip()
        with run.database.write() as session:
            tell(
                session,
                targets=entry.to,
                kind="report",
                title=f"{run.workspace.settings.site.name} {title}",
                body=body,
                link=f"/reports?period={about.key}",
                event=f"{run.job}/{run.key}",
                now=run.now,
            )
        return _("{title}: told {n}", title=title, n=len(entry.to))


def period_about(period: Period, schedule: Schedule, workspace: Workspace) -> Period:
    """What the report of a run is about: made in the first half of its period, the period before; in the second half, the period so far.

    So a 日报 at 09:00 tells of yesterday and one at 18:00 of today; one on the 1st of last month, one on the last day of this.
    """
    zone = workspace.zone
    start, end = period.start(zone), period.end(zone)
    due = next((run.due_at for run in schedule.between(start - SEARCHED, end + SEARCHED, zone=zone) if run.period == period), start)
    return period if due >= start + (end - start) / 2 else period.previous()


def _entries(workspace: Workspace) -> Iterator[tuple[str, ReportSchedule]]:
    """Job name → its entry."""
    for job, entry in zip(jobs(workspace), workspace.settings.report, strict=False):
        yield job.name, entry
