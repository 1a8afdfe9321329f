"""The calendar: what falls on which day, from all rooms and apps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from growth import clock
from growth.app import CalendarEntry, handed
from growth.jobs import read_catalogue
from growth.language import _
from growth.operations.schema import ActivityFile
from growth.workspace import Every, Workspace


def calendar_entries(session: Session, workspace: Workspace, since: datetime, until: datetime) -> list[CalendarEntry]:
    """Everything between two instants, both included, in order of time."""
    found = [entry for make in handed(workspace.apps, "calendar") for entry in make(session, workspace, since, until)]
    return sorted((entry for entry in found if since <= entry.at <= until), key=lambda entry: (entry.at, entry.kind, entry.title))


def own_entries(session: Session, workspace: Workspace, since: datetime, until: datetime) -> Iterator[CalendarEntry]:
    """What this room knows: activities and their tasks, renewals, reports (a daily one would only hide the rest)."""
    zone = workspace.zone
    for name, value in workspace.many("activity", ActivityFile).items():
        link = f"/activities/{name}"
        yield CalendarEntry(at=clock.day_start(value.from_, zone), title=_("{name} begins", name=value.name), kind="activity", link=link)
        yield CalendarEntry(at=clock.day_start(value.until, zone), title=_("{name} ends", name=value.name), kind="activity", link=link)
        for task in value.tasks:
            title = f"{task.what} ({task.who})" if task.who else task.what
            yield CalendarEntry(at=clock.day_start(task.due, zone), title=title, kind="task", link=link)
    for renewal in workspace.settings.renewals:
        yield CalendarEntry(at=clock.day_start(renewal.on, zone), title=_("{what} runs out", what=renewal.what), kind="renewal")
    for job, run in read_catalogue(workspace).due_between(since, until):
        if job.name.startswith("report.") and run.period.every != Every.DAY:
            yield CalendarEntry(at=run.due_at, title=str(job.title), kind="report", link="/reports")
