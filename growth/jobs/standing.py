"""How everything stands now: what ``growth status`` and the Jobs page show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from growth import clock
from growth.alerts import alerts, waiting_notices
from growth.jobs import processes, store
from growth.jobs.catalogue import read_catalogue
from growth.jobs.job import RunState
from growth.jobs.processes import Process
from growth.jobs.store import Run
from growth.workspace import Workspace

_UPCOMING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A look at the tables. `lag` is how long the oldest run waits that nobody has taken; `upcoming` are (job, period, when)."""

    now: datetime
    processes: Sequence[Process]
    running: Sequence[Run]
    paused: Sequence[Run]
    waiting: int
    lag: timedelta
    notices: int
    alerts: int
    upcoming: Sequence[tuple[str, str, datetime]]

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The document of ``growth status --json``."""

        def at(instant: datetime | None) -> str | None:
            return clock.rfc3339(instant, zone) if instant else None

        return {
            "processes": [
                {
                    "kind": process.kind,
                    "host": process.host,
                    "pid": process.pid,
                    "version": process.version,
                    "started_at": at(process.started_at),
                    "heard_at": at(process.beat_at),
                    "doing": process.doing,
                    "stopping": process.stopping,
                }
                for process in self.processes
            ],
            "running": [
                {"job": run.job, "period": run.period, "started_at": at(run.started_at), "attempt": run.attempts, "progress": run.progress}
                for run in self.running
            ],
            "paused": [
                {"job": run.job, "period": run.period, "until": at(run.not_before), "line": run.line, "error": run.error}
                for run in self.paused
            ],
            "queue": {"waiting": self.waiting, "lag_seconds": round(self.lag.total_seconds(), 1)},
            "notices_waiting": self.notices,
            "alerts_open": self.alerts,
            "next": [{"job": job, "period": period, "at": at(due_at)} for job, period, due_at in self.upcoming],
        }


def standing(session: Session, workspace: Workspace, *, now: datetime) -> Standing:
    """How everything stands at `now`."""
    waiting, oldest = store.queue(session, now=now)
    paused = [run for run in store.history(session, states=(RunState.WAITING,), limit=50) if run.not_before > now]
    catalogue = read_catalogue(workspace)
    following = [(job.name, run.period.key, run.due_at) for job in catalogue.jobs.values() if (run := catalogue.next_of(job, now))]
    return Standing(
        now=now,
        processes=processes.alive(session, now=now),
        running=store.running(session),
        paused=paused,
        waiting=waiting,
        lag=max(now - oldest, timedelta()) if oldest else timedelta(),
        notices=waiting_notices(session),
        alerts=len(alerts(session, open_only=True)),
        upcoming=sorted(following, key=lambda entry: (entry[2], entry[0]))[:_UPCOMING],
    )
