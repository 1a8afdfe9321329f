"""Named points at which a process can be made to die, so that tests kill the real program at each of them.

``GROWTH_FAULT=database.commit:3`` kills the process (SIGKILL, nothing runs after it) when it gets to ``database.commit`` the third time.
Without the variable a point does nothing. The points: `POINTS`; what holds after each of them: docs/explanation/faults.md.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter

#: where a process can be made to die, in the order in which a message passes them
POINTS = (
    # everything of a transaction is done, nothing is committed
    "database.commit",
    # committed, and nobody in this process has seen it yet
    "database.committed",
    # `submitting` is committed, the provider has heard nothing
    "provider.call",
    # the provider has answered, nothing of it is written down
    "provider.called",
)
VARIABLE = "GROWTH_FAULT"

_reached: Counter[str] = Counter()
_lock = threading.Lock()


def reach(point: str) -> None:
    """This process is at `point`; it dies here where the environment says so. Raises ValueError for a wish that cannot be read."""
    wish = os.environ.get(VARIABLE)
    if not wish:
        return
    named, _colon, times = wish.partition(":")
    if named not in POINTS or not times.isdigit():
        raise ValueError(f"{VARIABLE}={wish}: write POINT:TIMES, POINT one of {', '.join(POINTS)}")
    if named != point:
        return
    with _lock:
        _reached[point] += 1
        if _reached[point] == int(times):
            os.kill(os.getpid(), signal.SIGKILL)
