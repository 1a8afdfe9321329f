"""``growth scheduler``: a process that enters what falls due."""

from __future__ import annotations

from growth.cli import toolkit
from growth.language import _

app = toolkit.single()


@app.command(
    help=_("Run a scheduler process; any number of them, each run is entered once.") + "\n\n" + _("Example:") + " growth scheduler"
)
def scheduler() -> None:
    """Enter what falls due until stopped. Workers do so too, unless they are started with --no-heartbeat."""
    from growth.jobs.logs import log_to_stderr
    from growth.jobs.worker import run_scheduler

    database = toolkit.database()
    log_to_stderr()
    run_scheduler(database)
