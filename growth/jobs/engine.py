"""The port to whatever rings for work. The table of runs is the truth; an engine's bell may ring twice, late or not at all.

On one machine `InProcess` looks at the table by itself. On many, an engine on PostgreSQL may spread heavy work: it rings by putting a
message with the run's number into its queue and works by calling `growth.jobs.execute` for each message whose run it could claim.
"""

from __future__ import annotations

import threading
from typing import Protocol


class Engine(Protocol):
    """Rings for work and does it."""

    def ring(self, run_id: int) -> None:
        """There is a run that may be taken now. Cheap, never blocks, never raises for a bell that is not heard."""

    def work(self, draining: threading.Event) -> None:
        """Take and do runs and chores until `draining` is set; then end what has begun, within the grace time."""

    def abort(self) -> None:
        """End at once: children are killed, what they did is taken up again later."""
