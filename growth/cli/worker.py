"""``growth worker``: a process that does jobs."""

from __future__ import annotations

from typing import Annotated

import typer

from growth.cli import toolkit
from growth.language import _

app = toolkit.single()


@app.command(
    help=_("Run a worker process; any number of them, on any number of machines.") + "\n\n" + _("Example:") + " growth worker --heavy 1"
)
def worker(
    light: Annotated[int, typer.Option(min=1, max=64, help=_("light jobs at a time, in threads"))] = 4,
    heavy: Annotated[
        int, typer.Option(min=0, max=64, help=_("heavy jobs at a time, each in a process of its own; 0: leave them to others"))
    ] = 2,
    heartbeat: Annotated[
        bool, typer.Option("--heartbeat/--no-heartbeat", help=_("also reconcile what falls due, as growth scheduler does"))
    ] = True,
) -> None:
    """Do jobs until stopped; the first SIGTERM drains for 30 s, the second aborts."""
    from growth.jobs.logs import log_to_stderr
    from growth.jobs.worker import run_worker

    database = toolkit.database()
    log_to_stderr()
    run_worker(database, beats=heartbeat, light=light, heavy=heavy)
