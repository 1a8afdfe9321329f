"""What jobs hand over to the to-do list and to monitoring."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from growth import clock
from growth.alerts import alerts, waiting_notices
from growth.app import Sample, TodoEntry
from growth.jobs import processes, store
from growth.workspace import Severity, Workspace

#: what people of a role can do something about; everything else waits for an administrator
_ROLES = {"new_errors": ("seo",), "listing_lost": ("seo", "marketer"), "rank_lost": ("seo",), "approval_waiting": ("approver",)}


def todo(session: Session, workspace: Workspace) -> Iterator[TodoEntry]:
    """Errors that last until a person acts."""
    for alert in alerts(session, open_only=True):
        if alert.severity == Severity.ERROR:
            yield TodoEntry(
                id=f"alert:{alert.id}",
                title=alert.title,
                link=alert.link or "/jobs",
                roles=_ROLES.get(alert.kind, ("admin",)),
                since=alert.opened_at,
                severity=alert.severity,
            )


def metrics(session: Session) -> Iterator[Sample]:
    """Processes by kind, runs that wait and for how long, alerts that last, notices that wait."""
    now = clock.now()
    counts: dict[str, int] = {}
    for process in processes.alive(session, now=now):
        counts[process.kind] = counts.get(process.kind, 0) + 1
    for kind, count in sorted(counts.items()):
        yield Sample(name="growth_processes", value=count, labels={"kind": kind}, help="Processes that were heard of in the last 30 s")
    waiting, oldest = store.queue(session, now=now)
    yield Sample(name="growth_jobs_waiting", value=waiting, help="Runs whose time has come and that no worker has taken")
    lag = (now - oldest).total_seconds() if oldest else 0.0
    yield Sample(name="growth_jobs_lag_seconds", value=lag, help="How long the oldest of them waits")
    yield Sample(name="growth_jobs_running", value=len(store.running(session)), help="Runs that go on")
    yield Sample(name="growth_alerts_open", value=len(alerts(session, open_only=True)), help="Alerts that last")
    yield Sample(name="growth_notices_waiting", value=waiting_notices(session), help="Messages to the team that have not gone out")
