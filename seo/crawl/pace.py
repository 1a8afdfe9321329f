"""How fast: the site itself at its own pace, other hosts one request a second, and slower where a host asks for it."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

#: seconds between two requests to one foreign host
FOREIGN_GAP_S = 1.0
#: the longest that a Retry-After is honoured within one crawl, seconds
LONGEST_WAIT_S = 120.0
#: the longest Crawl-delay that is kept, seconds: beyond, a crawl of an ordinary site would take weeks (Bing asks sites to stay below 30)
LONGEST_DELAY_S = 10.0
#: seconds by which a request may be late without the next one waiting longer
_LATE_S = 0.02
#: the pace is halved at most so often
MOST_HALVINGS = 5


class Pace:
    """When the next request may go to the site, and to each other host. Times are seconds of a monotonic clock."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._halvings = 0
        self._own_next = 0.0
        self._foreign_next: dict[str, float] = {}

    def own_ready(self, now: float) -> bool:
        """Whether the site may be asked now."""
        return now >= self._own_next

    def own_sent(self, now: float) -> None:
        """One request to the site went out. A pause does not become a burst later, and the gap is no shorter for being noticed late."""
        self._own_next = max(self._own_next, now - min(self._gap, _LATE_S)) + self._gap * (2**self._halvings)

    def keep_apart(self, seconds: float) -> None:
        """At least so many seconds between two requests to the site (Crawl-delay)."""
        self._gap = max(self._gap, seconds)

    def own_wait(self, now: float) -> float:
        """Seconds until the site may be asked."""
        return max(0.0, self._own_next - now)

    def slow_down(self, now: float, wait_s: float = 0.0) -> None:
        """The site says that this is too fast: half the pace from now on, after a pause."""
        self._halvings = min(self._halvings + 1, MOST_HALVINGS)
        self._own_next = max(self._own_next, now + min(wait_s, LONGEST_WAIT_S))

    def foreign_ready(self, host: str, now: float) -> bool:
        """Whether a foreign host may be asked now."""
        return now >= self._foreign_next.get(host, 0.0)

    def foreign_sent(self, host: str, now: float, wait_s: float = 0.0) -> None:
        """One request to a foreign host went out, or it asked for a pause."""
        self._foreign_next[host] = now + max(FOREIGN_GAP_S, min(wait_s, LONGEST_WAIT_S))


def retry_after_s(value: str | None, now: datetime) -> float:
    """Seconds that a Retry-After header asks for (RFC 9110 §10.2.3); 0 where there is none or it is not understood."""
    if not value:
        return 0.0
    if re.fullmatch(r"\d{1,7}", value.strip()):
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value.strip()) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0
