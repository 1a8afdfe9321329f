"""Every job and chore that the enabled apps hand over, by name, and when they run at this site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from growth.app import handed
from growth.jobs.holidays import HolidayCalendar
from growth.jobs.job import Chore, DuplicateJob, Job, UnknownJob
from growth.jobs.period import ONCE, Period
from growth.jobs.schedule import Occurrence
from growth.jobs.settings import HolidaysFile
from growth.language import _
from growth.workspace import Workspace, hint_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The jobs and chores of one reading of the workspace. It changes when a file changes."""

    workspace: Workspace
    holidays: HolidayCalendar
    jobs: dict[str, Job]
    chores: dict[str, Chore]

    def job(self, name: str) -> Job:
        """The job of that name. Raises UnknownJob with the nearest name."""
        if name not in self.jobs:
            raise UnknownJob(_("there is no job “{name}”", name=name), fix=hint_for(name, sorted(self.jobs)) or "growth jobs")
        return self.jobs[name]

    def due_between(self, since: datetime, until: datetime) -> list[tuple[Job, Occurrence]]:
        """Every run that falls between two instants, both included, in the order in which they run."""
        found = [(job, run) for job in self.jobs.values() for run in self.due_of(job, since, until)]
        return sorted(found, key=lambda pair: (pair[1].due_at, pair[0].name, pair[1].period.key))

    def due_of(self, job: Job, since: datetime, until: datetime) -> list[Occurrence]:
        """The runs of one job between two instants, both included."""
        if job.schedule is None:
            return []
        return job.schedule.between(since, until, zone=self.workspace.zone, holidays=self.holidays)

    def next_of(self, job: Job, now: datetime) -> Occurrence | None:
        """The next run of a job, None for one without a schedule or whose time is over."""
        return job.schedule.after(now, zone=self.workspace.zone, holidays=self.holidays) if job.schedule else None

    def period_now(self, job: Job, now: datetime) -> Period:
        """The period that a run asked for now is for: that of the last run that was due, else the one that `now` falls into."""
        if job.schedule is None:
            return ONCE
        latest = job.schedule.latest(now, zone=self.workspace.zone, holidays=self.holidays)
        return latest.period if latest else Period.at(job.schedule.every, now, self.workspace.zone)


def read_catalogue(workspace: Workspace) -> Catalogue:
    """Ask the enabled apps for their jobs. Raises DuplicateJob where two have one name."""
    jobs: dict[str, Job] = {}
    chores: dict[str, Chore] = {}
    providers = handed(workspace.apps, "jobs")
    for provider in providers:
        offered: Iterable[Job | Chore] = provider(workspace)
        for entry in offered:
            if entry.name in jobs or entry.name in chores:
                raise DuplicateJob(
                    _("two jobs are named “{name}”", name=entry.name),
                    fix=_("rename one; the second comes from {owner}", owner=provider.__module__),
                )
            if isinstance(entry, Job):
                jobs[entry.name] = entry
            else:
                chores[entry.name] = entry
    holidays = workspace.one("holidays", HolidaysFile).calendar()
    return Catalogue(workspace=workspace, holidays=holidays, jobs=jobs, chores=chores)
