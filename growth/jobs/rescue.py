"""Work of dead owners is taken up again.

An owner is dead for certain where its process is gone from this machine, or left the table; then its runs are free at once. Elsewhere its
lease must be over by the clock *and* not have been renewed while we watched it for half a lease by our own monotonic clock, so that no jump
of a clock makes two workers do one run. A process of this machine that lives is given up only after five minutes of silence.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from growth.db import Database
from growth.jobs import processes, store
from growth.jobs.store import LEASE, Run

log = logging.getLogger("growth.jobs")

#: how long a process of this machine that lives may be silent: it may wait for a locked file, or for a busy machine
_HUNG_SECONDS = 300.0


@dataclass(slots=True)
class Rescue:
    """Remembers since when it has seen each run without a renewal. One a worker."""

    _seen: dict[tuple[int, int, int], float] = field(default_factory=dict)

    def free(self, database: Database, *, own: str, now: datetime) -> list[Run]:
        """Make the runs of dead owners due again; those that were freed."""
        with database.read() as session:
            going_on = [run for run in store.running(session) if run.owner != own]
            owners = processes.known(session) if going_on else {}
        abandoned = [run for run in going_on if self._is_abandoned(run, owners, now)]
        self._seen = {key: since for key, since in self._seen.items() if key in {_key(run) for run in going_on}}
        freed = []
        for run in abandoned:
            with database.write() as session:
                if store.take_back(session, run=run):
                    freed.append(run)
                    log.warning("%s %s is taken up again: its process died", run.job, run.period)
        return freed

    def _is_abandoned(self, run: Run, owners: dict[str, processes.Process], now: datetime) -> bool:
        owner = owners.get(run.owner or "")
        if owner is None or owner.is_dead():
            return True
        since = self._seen.setdefault(_key(run), monotonic())
        expired = run.lease_until is None or run.lease_until < now
        return expired and monotonic() - since >= (_HUNG_SECONDS if owner.is_here() else LEASE.total_seconds() / 2)


def _key(run: Run) -> tuple[int, int, int]:
    return run.id, run.attempts, run.beats
