"""我的待办: all that waits for a person, from all rooms and apps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy.orm import Session

from growth import clock
from growth.app import TodoEntry, handed
from growth.language import _
from growth.operations.renewals import due_renewals
from growth.operations.schema import ActivityFile
from growth.workspace import Workspace

#: how long before its day a task waits for its person
AHEAD = timedelta(days=7)
_WEIGHT = {"error": 0, "warning": 1}


def todo_entries(session: Session, workspace: Workspace, *, may: Callable[..., bool] | None = None) -> list[TodoEntry]:
    """What waits, the gravest and oldest first. `may` is the viewer's ``may(*roles)``; without it everything is listed."""
    found = [entry for make in handed(workspace.apps, "todo") for entry in make(session, workspace)]
    mine = [entry for entry in found if may is None or not entry.roles or may(*entry.roles)]
    return sorted(mine, key=lambda entry: (_WEIGHT.get(entry.severity, 2), entry.since, entry.id))


def own_entries(session: Session, workspace: Workspace) -> Iterator[TodoEntry]:
    """What this room knows: tasks of activities that are due within a week or overdue, and what runs out."""
    now = clock.now()
    today, zone = clock.site_day(now, workspace.zone), workspace.zone
    for name, value in workspace.many("activity", ActivityFile).items():
        for place, task in enumerate(value.tasks):
            if task.done or task.due - today > AHEAD:
                continue
            who = f" ({task.who})" if task.who else ""
            late = task.due < today
            words = _("{what}{who}: was due on {day}") if late else _("{what}{who}: due on {day}")
            yield TodoEntry(
                id=f"activity:{name}:{place}",
                title=words.format(what=task.what, who=who, day=task.due.isoformat()),
                link=f"/activities/{name}",
                roles=("marketer",),
                since=clock.day_start(task.due, zone) - AHEAD,
                severity="warning" if late else "notice",
            )
    for due in due_renewals(workspace, today=today):
        yield TodoEntry(
            id=f"renewal:{due.what}",
            title=due.words,
            link="/calendar",
            roles=("marketer", "director"),
            since=clock.day_start(due.on, zone) - timedelta(days=60),
            severity=due.severity,
        )
