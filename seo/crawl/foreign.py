"""Links to other sites: each host at its own pace and with a budget, HEAD first, then GET, then a second look as a browser takes it."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from itertools import count
from typing import NamedTuple

from seo.answer import Answer, Fault
from seo.crawl.frontier import Frontier, Item
from seo.crawl.pace import FOREIGN_GAP_S, LONGEST_WAIT_S, Pace
from seo.crawl.scope import Reason, netloc
from seo.crawl.wire import Order, Want
from seo.verdict import REFUSING

#: orders to foreign hosts under way at once
AT_ONCE = 16
#: seconds before the look as a browser
_SECOND_LOOK_S = 2.0
#: statuses that programs and browsers may get differently
_DOUBTFUL = REFUSING | {400, 404, 405, 406, 410}
_CUT_OFF = (Fault.TIMEOUT, Fault.RESET, Fault.PROTOCOL)


class Look(NamedTuple):
    """Another look at an address, due at a time of the monotonic clock."""

    due: float
    want: Want
    disguised: bool


class Foreign:
    """The foreign addresses of a crawl that wait, by host. `most` are looked at on one host; `looked_at` says how many were, before the
    crawl was cut off. `postponed` had their turn in the crawl before and come last, so that over some crawls each has its turn.
    """

    def __init__(self, frontier: Frontier, pace: Pace, *, most: int, looked_at: Mapping[str, int], postponed: Collection[str]) -> None:
        self.frontier, self.pace, self.most, self.postponed = frontier, pace, most, postponed
        self.under_way = 0
        self._taken = Counter(dict(looked_at))
        self._queues: dict[str, deque[Item]] = {}
        self._due: list[tuple[float, int, str]] = []
        self._later: deque[Item] = deque()
        self._turns = count(1)

    @property
    def waiting(self) -> int:
        """How many wait here."""
        return sum(map(len, self._queues.values())) + len(self._later)

    @property
    def next_due(self) -> float | None:
        """When the next may be sent; None where none waits or too many are under way."""
        return self._due[0][0] if self._due and self.under_way < AT_ONCE else None

    def orders(self, now: float) -> Iterator[Item]:
        """What is to be sent now."""
        while self.frontier.externals:
            item = self.frontier.externals.popleft()
            if item.url in self.postponed:
                self._later.append(item)
            else:
                self._queue(item, now)
        while self._due and self._due[0][0] <= now and self.under_way < AT_ONCE:
            _due, _n, host = heapq.heappop(self._due)
            if not self.pace.foreign_ready(host, now):
                heapq.heappush(self._due, (now + 0.25, next(self._turns), host))
                continue
            queue = self._queues[host]
            item = queue.popleft()
            self.pace.foreign_sent(host, now)
            yield item
            if queue:
                heapq.heappush(self._due, (now + FOREIGN_GAP_S, next(self._turns), host))

    def release(self, now: float) -> bool:
        """Nothing else is left: those that were postponed have what remains of their hosts' budgets. False where there are none."""
        if not self._later:
            return False
        while self._later:
            self._queue(self._later.popleft(), now)
        return True

    def another_look(self, answer: Answer, order: Order, wait_s: float, now: float) -> Look | None:
        """Whether an answer calls for another look, and when; `wait_s` is what its Retry-After asks for."""
        host = netloc(order.url)
        wait_s = min(wait_s, LONGEST_WAIT_S)
        if wait_s:
            self.pace.foreign_sent(host, now, wait_s)
        if answer.status < 400 and answer.fault not in _CUT_OFF:
            return None
        if order.want is Want.HEAD:
            # many servers know no HEAD, or answer it wrongly
            look = Look(now + max(FOREIGN_GAP_S, wait_s), Want.PEEK, False)
        elif not order.disguised and (answer.status in _DOUBTFUL or answer.status >= 500 or answer.fault):
            look = Look(now + max(_SECOND_LOOK_S, wait_s), Want.PEEK, True)
        else:
            return None
        self.pace.foreign_sent(host, look.due)
        return look

    def _queue(self, item: Item, now: float) -> None:
        host = netloc(item.url)
        if self._taken[host] >= self.most:
            self.frontier.skip(item, Reason.HOST_BUDGET)
            return
        self._taken[host] += 1
        queue = self._queues.setdefault(host, deque())
        if not queue:
            heapq.heappush(self._due, (now, next(self._turns), host))
        queue.append(item)
