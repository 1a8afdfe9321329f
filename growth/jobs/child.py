"""A heavy run in a process of its own: ``python -m growth.jobs.child WORKSPACE RUN OWNER ATTEMPT``. Started by a worker, never by hand."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from growth.language import use_language


def main(arguments: list[str]) -> int:
    """Do the run that a worker claimed. 0 where its end was recorded, whatever it was; 2 where it is not ours (any more)."""
    root, run_id, owner, attempt = arguments
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch_parent, name="parent", daemon=True).start()

    from growth.db import open_database
    from growth.jobs import store
    from growth.jobs.catalogue import read_catalogue
    from growth.jobs.execute import execute
    from growth.jobs.logs import log_to_stderr
    from growth.workspace import load_workspace

    workspace = load_workspace(Path(root))
    use_language(workspace.settings.site.locale)
    log_to_stderr()
    # the worker that claimed the run has checked the schema; looking again would cost each child half a second
    database = open_database(workspace, check_schema=False)
    try:
        with database.read() as session:
            run = store.get(session, run_id=int(run_id))
        if run is None or run.owner != owner or run.attempts != int(attempt):
            return 2
        execute(database, read_catalogue(workspace), run, should_stop=stopping.is_set)
    finally:
        database.close()
    return 0


def _watch_parent() -> None:
    """The pipe on standard input ends with the worker; then this process and all it started end too: its run is taken up by another."""
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
