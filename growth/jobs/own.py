"""The jobs that every site has: the backup, telling the team, tidying up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

from growth.alerts import deliver_notices, forget_notices
from growth.clock import now
from growth.db.backup import back_up, free_bytes, prune_backups
from growth.db.upgrade import sqlite_files
from growth.errors import Unfinished
from growth.jobs import store
from growth.jobs.job import Chore, ChoreRun, Job, JobRun
from growth.jobs.schedule import Schedule
from growth.language import Text, _, ngettext
from growth.workspace import Every, Workspace

#: how long runs and notices are shown
KEPT = timedelta(days=400)
_NOTICES_KEPT = timedelta(days=90)
_BATCH = 500


def jobs(workspace: Workspace) -> Iterator[Job | Chore]:
    """What growth itself does at every site."""
    yield Job(
        name="backup",
        title=Text("Backup", "备份"),
        run="growth.jobs.own:backup",
        schedule=Schedule.from_yaml(workspace.settings.backup),
        heavy=True,
    )
    yield Job(
        name="jobs.tidy",
        title=Text("Forget old runs and notices", "清理任务与通知记录"),
        run="growth.jobs.own:tidy",
        schedule=Schedule(every=Every.DAY, at=time(4, 30)),
    )
    yield Chore(name="alerts.deliver", title=Text("Tell the team", "通知团队"), run="growth.jobs.own:tell_team", every=timedelta(seconds=5))


def backup(run: JobRun) -> str:
    """Write all stores into ``.growth/backups/``, keep the newest `backup.keep`. Raises Unfinished where the disk has no room for it."""
    folder = run.workspace.state / "backups"
    folder.mkdir(exist_ok=True)
    needed = 2 * sum(path.stat().st_size for path in sqlite_files(run.database)) if run.database.is_sqlite else 0
    if free_bytes(folder) < needed:
        raise Unfinished(_("too little room for a backup in {folder}", folder=folder), fix=_("make room, or lower `backup: {keep: …}`"))
    target = folder / f"growth-{run.now.astimezone(run.workspace.zone):%Y%m%dT%H%M%S}.backup"
    manifest = back_up(run.database, target, now=run.now)
    gone = prune_backups(folder, keep=run.workspace.settings.backup.keep)
    rows = sum(int(table["rows"]) for table in manifest["tables"].values())
    size = round(target.stat().st_size / 1e6, 1)
    return _("{file}: {rows} rows, {size} MB; {gone} older ones removed", file=target.name, rows=rows, size=size, gone=len(gone))


def tidy(run: JobRun) -> str:
    """Delete runs and notices that are older than anybody looks at, in small transactions."""
    runs = 0
    while not run.should_stop():
        with run.database.write() as session:
            gone = store.forget_runs(session, before=run.now - KEPT, limit=_BATCH)
        runs += gone
        if gone < _BATCH:
            break
    with run.database.write() as session:
        notices = forget_notices(session, before=run.now - _NOTICES_KEPT)
    return _("{runs} runs, {notices} notices forgotten", runs=runs, notices=notices)


def tell_team(run: ChoreRun) -> str | None:
    """Send what waits for the team's robots."""
    done = deliver_notices(run.database, clock=now, should_stop=run.should_stop)
    return ngettext("one message to the team", "{n} messages to the team", done.sent) if done.sent else None
