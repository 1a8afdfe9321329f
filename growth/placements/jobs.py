"""The daily look at placements that are due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from growth.jobs import Job, Schedule
from growth.language import Text
from growth.placements.keep import declared
from growth.workspace import Every, Workspace


def jobs(workspace: Workspace) -> Iterator[Job]:
    """One job, where something is declared."""
    if declared(workspace).placements:
        yield Job(
            name="placements.verify",
            schedule=Schedule(every=Every.DAY, at=time(5, 0)),
            run="growth.placements.keep:verify_job",
            title=Text("Look at placements", "检查推广位"),
        )
