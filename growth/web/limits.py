"""How often: a bucket an address and purpose, in memory of one process (each process of many has its own)."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from growth.workspace import Workspace

#: buckets that are kept; the longest unused go first
_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in `seconds` for one address; that many at once."""

    count: float
    seconds: float


class Purpose(StrEnum):
    """What is counted apart."""

    #: any public route: `web.rate_limit`
    PUBLIC = "public"
    #: a token in the address (unsubscribe, preferences, confirm, survey, welcome): 30 a minute
    TOKEN = "token"  # noqa: S105 - a word
    #: pages of the dashboard, so that one script cannot take all threads
    PAGE = "page"


TOKENS = Limit(30, 60)
PAGES = Limit(120, 10)


def public_limit(workspace: Workspace) -> Limit:
    """`web.rate_limit`: how often one address may call public routes."""
    rate = workspace.settings.web.rate_limit
    return Limit(float(rate.count), rate.per.total_seconds())


@dataclass(slots=True)
class RateLimits:
    """Token buckets by (purpose, address). `take` answers in microseconds and is safe from any thread."""

    now: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, purpose: str, address: str, limit: Limit) -> float:
        """Take one; 0 when there was one, else the seconds until there is."""
        now = self.now()
        rate = limit.count / limit.seconds
        key = (purpose, address)
        with self._lock:
            level, at = self._buckets.pop(key, (limit.count, now))
            level = min(limit.count, level + (now - at) * rate)
            granted = level >= 1
            self._buckets[key] = (level - 1 if granted else level, now)
            if len(self._buckets) > _MOST:
                self._buckets.popitem(last=False)
        return 0.0 if granted else max((1 - level) / rate, 0.001)
