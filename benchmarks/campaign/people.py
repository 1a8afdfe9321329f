"""A million people: ``python -m benchmarks.campaign.people count|freeze WORKSPACE``.

Prints a line of JSON; a process of its own, for its memory.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from campaigns.campaign import campaign
from growth import clock
from growth.contacts import Segment, count_segment
from growth.db import open_database
from growth.messaging import freeze
from growth.workspace import load_workspace

SEGMENTS = {
    "everybody": {},
    "role": {"all": [{"field": "role", "is": "investor"}]},
    "tag": {"all": [{"tag": "vip"}]},
    "created": {"all": [{"field": "created_at", "before": "1 day ago"}]},
    "role, not the tag": {"all": [{"field": "role", "is": "investor"}], "none": [{"tag": "vip"}]},
    "consent": {"all": [{"field": "email_consent", "is": True}]},
    "received": {"all": [{"received": "monthly"}]},
    "attribute (no index)": {"all": [{"field": "city", "is": "北京"}]},
}


def main(what: str, folder: Path) -> None:
    """Do it, and tell what it took."""
    workspace = load_workspace(folder)
    database = open_database(workspace)
    told: dict[str, object] = {}
    if what == "count":
        for name, written in SEGMENTS.items():
            best = 99.0
            for _turn in range(3):
                with database.read() as session:
                    begun = time.perf_counter()
                    people = count_segment(session, Segment.model_validate(written), now=clock.now())
                    best = min(best, time.perf_counter() - begun)
            told[name] = [people, round(best, 3)]
    else:
        found = campaign(workspace, "monthly")
        period = found.period(workspace, "2026-11-24", now=clock.now())
        begun, used = time.perf_counter(), time.process_time()
        view = freeze(
            database,
            stream=found.stream,
            occurrence=period.key,
            rules=found.rules(workspace),
            audience=found.audience(workspace, now=clock.now()),
            now=clock.now(),
        )
        told = {"recipients": view.recipients, "seconds": time.perf_counter() - begun, "cpu": time.process_time() - used}
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    database.close()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
