"""Where an audit's time went: seconds by part of the work, so that a slow crawl can be explained."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

#: parts in the order in which they are told: waiting for answers, reading pages, judging them, making their rows, numbering what they lead
#: to, storing, then the link graph, the checks of the whole site, the issues and the links to add
PARTS = ("waiting", "reading", "judging", "summing", "settling", "storing", "graph", "site_checks", "issues", "proposals")


class Spent:
    """Seconds by part; parts may lie within each other, then the inner one's seconds are not counted for the outer one."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._inner = 0.0

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        """Count what the block takes."""
        before, self._inner = self._inner, 0.0
        begun = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - begun
            self.seconds[part] += took - self._inner
            self._inner = before + took

    def as_json(self) -> dict[str, float]:
        """Parts in their order, with hundredths of a second."""
        return {part: round(self.seconds[part], 2) for part in PARTS}
