"""A sender that waits for its start: ``python -m benchmarks.campaign.worker WORKSPACE PERIOD``.

Loads everything, freezes the audience where nobody has, prints ``ready``, and sends once a line comes in; then prints a line of JSON.
So that two begin at the same moment, and no process' start is counted.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from pathlib import Path

from campaigns.campaign import campaign
from campaigns.sending import send
from growth import clock
from growth.db import open_database
from growth.messaging import DeliveryState
from growth.workspace import load_workspace


def main(folder: Path, period_key: str) -> None:
    """Get ready, wait, send, tell."""
    workspace = load_workspace(folder)
    database = open_database(workspace)
    found = campaign(workspace, "monthly")
    period = found.period(workspace, period_key, now=clock.now())
    # stopped before the first message: the audience is written down
    send(database, found, period, now=clock.now, should_stop=lambda: True)
    gc.freeze()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begun, rendered = time.process_time(), _of_children()
    sent = send(database, found, period, now=clock.now)
    cpu, rendering = time.process_time() - begun, _of_children() - rendered
    told = {"accepted": sent.view.counts[DeliveryState.ACCEPTED], "cpu": cpu, "rendering": rendering}
    database.close()
    sys.stdout.write(json.dumps(told) + "\n")


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
