"""The crawl itself: sends orders to the fetching child, reads what comes, settles it in order and has it stored.

Everything that decides lives here; the child only fetches. The state is the store: kill this process at any point and `Frontier.restore`
goes on.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Protocol

from growth import clock
from growth.language import _
from seo.answer import Answer, Fault, Rendered
from seo.crawl.fetcher import Arrival, Fetches
from seo.crawl.foreign import Foreign
from seo.crawl.frontier import Frontier, Item, Kind
from seo.crawl.leads import Done, Leads
from seo.crawl.order import InOrder
from seo.crawl.origins import Origins
from seo.crawl.pace import LONGEST_WAIT_S, Pace, retry_after_s
from seo.crawl.plan import Plan
from seo.crawl.record import FLUSH_PAGES, FLUSH_SECONDS, Recorder
from seo.crawl.scope import Reason
from seo.crawl.wire import Order, Want
from seo.page import LinkKind
from seo.readout import Readout, is_readable, read_out
from seo.rules import Rules
from seo.spent import Spent
from seo.verdict import Verdict, challenge_in, verdict_of

#: tries of a page or resource that may pass (the first one included)
MOST_TRIES = 3
#: share of pages answered by a firewall's challenge at which the crawl stops, once there are so many
REFUSED_SHARE = 0.05
REFUSED_AFTER = 20


class End(StrEnum):
    """How a walk ended."""

    #: nothing was left to fetch
    DONE = "done"
    #: `max_pages` were read, and there were more
    LIMITED = "limited"
    #: it was asked to stop
    INTERRUPTED = "interrupted"
    #: a firewall refuses it
    REFUSED = "refused"


class Tick(Protocol):
    """Tells the progress."""

    def __call__(self, *, done: int | None = None, total: int | None = None, errors: int = 0, note: str = "") -> None: ...


@dataclass(slots=True)
class Counts:
    """What a walk has done; continued over resumptions."""

    pages: int = 0
    requests: int = 0
    links: int = 0
    failures: int = 0
    challenged: int = 0
    answered: int = 0
    firewall: str = ""
    #: pages that a browser made, and those that it could not
    rendered: int = 0
    render_faults: int = 0


class Walk:
    """One run over a frontier, from wherever it stands to its end."""

    def __init__(
        self,
        plan: Plan,
        *,
        frontier: Frontier,
        recorder: Recorder,
        fetcher: Fetches,
        rules: Rules,
        origins: Origins,
        counts: Counts,
        spent: Spent,
        foreign: Foreign,
        pace: Pace,
        stopped: Callable[[], bool],
        heartbeat: Callable[[Counts, int], None],
        tick: Tick,
    ) -> None:
        self.plan, self.frontier, self.recorder, self.fetcher, self.rules = plan, frontier, recorder, fetcher, rules
        self.origins, self.counts, self.stopped, self.heartbeat, self.tick = origins, counts, stopped, heartbeat, tick
        self.spent = spent
        self.leads = Leads(frontier, recorder)
        self.foreign, self.pace = foreign, pace
        # a browser takes its time: pages settle in order all the same
        self.line: InOrder[Done] = InOrder(plan.settings.timeout.total_seconds()) if plan.browser else InOrder()
        #: order → what it is for; orders have numbers of their own, for a URL may be fetched for two reasons at once
        self.under_way: dict[int, Item] = {}
        self.pages_out = 0
        self.own_out = 0
        self.retries: list[tuple[float, int, Item, Want, bool]] = []
        self.limited = False
        self.refused = False
        self._numbers = count(1)
        self._turns = count(1)
        self._flushed = time.monotonic()
        self._told = 0.0

    def run(self) -> End:
        """Walk to the end, or until stopped; everything that came is stored either way."""
        try:
            while True:
                now = time.monotonic()
                if self.stopped():
                    self._let_arrive()
                    return End.INTERRUPTED
                self._send(now)
                if self._is_over():
                    return End.REFUSED if self.refused else End.LIMITED if self.limited else End.DONE
                with self.spent.on("waiting"):
                    came = self.fetcher.take(self._wait(now))
                for arrival in came:
                    self._arrived(arrival)
                for done in self.line.due(time.monotonic()):
                    self._settle(done)
                self._flush_if_due()
        finally:
            self._flush()

    # sending ----------------------------------------------------------

    def _send(self, now: float) -> None:
        self._keep_budget()
        self.pace.keep_apart(self.origins.delay.kept_s)
        while self.retries and self.retries[0][0] <= now and (self.retries[0][2].kind is Kind.EXTERNAL or self.pace.own_ready(now)):
            _due, _n, item, want, disguised = heapq.heappop(self.retries)
            self._order(item, want, disguised=disguised)
        window = self.plan.settings.concurrency * 2
        while self.own_out < window and self.pace.own_ready(now):
            if (wanted := self.origins.next_order()) is not None:
                self._order(wanted, Want.WHOLE)
            elif self.refused or not (self._next_page() or self._next_resource()):
                break
            now = time.monotonic()
        if self._own_is_done():
            self.origins.probe()
        for item in self.foreign.orders(now):
            self._order(item, Want.HEAD)

    def _own_is_done(self) -> bool:
        """Whether nothing of the site is left but what is asked for again later, if even that."""
        frontier = self.frontier
        if self.refused or self.own_out or self.origins.busy or frontier.pages or frontier.later or frontier.resources:
            return False
        return self.counts.pages > 0 or not (self.retries or len(self.line))

    def _next_page(self) -> bool:
        """Send the next page that may be fetched; False where there is none just now."""
        pages = self.frontier.pages
        while self.counts.pages + self.pages_out < self.plan.max_pages:
            if not pages:
                # only when all that could still lead somewhere has settled do the pages count that nothing leads to
                if self.pages_out or len(self.line) or self.origins.busy or not self.frontier.fetch_seeds():
                    return False
                continue
            allowed = self.origins.allows(pages[0].url)
            if allowed is None:
                return False
            item = pages.popleft()
            if isinstance(allowed, Reason):
                self.frontier.skip(item, allowed)
                continue
            self.line.sent(item.id)
            self._order(item, Want.PAGE)
            return True
        return False

    def _keep_budget(self) -> None:
        """No more pages than `max_pages`: what is left of them waits for another time; resources and links of those that were read are
        still looked at.
        """
        if self.counts.pages >= self.plan.max_pages and (self.frontier.pages or self.frontier.later):
            self.limited = True
            self.frontier.give_up(Reason.BUDGET, pages_only=True)

    def _next_resource(self) -> bool:
        if not self.frontier.resources:
            return False
        item = self.frontier.resources.popleft()
        self._order(item, _want_of(item))
        return True

    def _order(self, item: Item, want: Want, *, disguised: bool = False) -> None:
        item.attempts += 1
        self.counts.requests += 1
        number = next(self._numbers)
        self.under_way[number] = item
        if item.kind is Kind.EXTERNAL:
            self.foreign.under_way += 1
        else:
            self.own_out += 1
            self.pages_out += item.kind is Kind.PAGE
            self.pace.own_sent(time.monotonic())
        self.fetcher.send(
            Order(
                id=number,
                url=item.url,
                want=want,
                max_bytes=self.origins.limit_of(item),
                disguised=disguised,
                depth=item.depth,
                render=want is Want.PAGE and self.plan.renders(item.url),
            )
        )

    # what came --------------------------------------------------------

    def _arrived(self, arrival: Arrival) -> None:
        order, answer = arrival.order, arrival.answer
        item, want = self.under_way.pop(order.id), order.want
        if item.kind is Kind.EXTERNAL:
            self.foreign.under_way -= 1
            self._external(item, answer, order)
            return
        self.own_out -= 1
        if item.kind is Kind.PAGE:
            self.pages_out -= 1
            self._page(item, answer, arrival.readout)
        elif item.kind is Kind.RESOURCE:
            self._resource(item, answer, want)
        else:
            self._origin(item, answer)

    def _page(self, item: Item, answer: Answer, readout: Readout | None) -> None:
        if self._again_later(item, answer, Want.PAGE):
            self.line.leave(item.id)
            return
        verdict = verdict_of(answer, final=True)
        done = Done(item, answer, verdict, clock.now())
        self.counts.answered += 1
        if answer.rendered is not None:
            self._browsed(answer.rendered)
        if verdict is Verdict.BLOCKED and (firewall := challenge_in(answer)):
            self._challenged(firewall)
        elif readout is not None:
            done.readout = readout
            self.rules.faults.update(readout.faults)
        elif is_readable(answer):
            done.readout = read_out(answer, self.plan.site, self.rules, self.spent, read_at=done.at, depth=item.depth)
        if verdict is Verdict.BROKEN:
            self.counts.failures += 1
        for ready in self.line.settled_now(item.id, done, time.monotonic()):
            self._settle(ready)

    def _browsed(self, rendered: Rendered) -> None:
        """What a browser asked of the site counts as the crawl's own requests."""
        counts = self.counts
        counts.rendered += not rendered.fault
        counts.render_faults += bool(rendered.fault)
        counts.requests += rendered.requests
        for _request in range(rendered.requests):
            self.pace.own_sent(time.monotonic())

    def _again_later(self, item: Item, answer: Answer, want: Want) -> bool:
        """Whether an answer may pass and is asked for again: `retry_s` later, or when its Retry-After says."""
        wait = 0.0
        if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
            wait = min(retry_after_s(answer.headers.get("retry-after"), clock.now()), LONGEST_WAIT_S)
            self.pace.slow_down(time.monotonic(), wait)
        elif answer.status < 500 and answer.fault not in (Fault.RESET, Fault.REFUSED, Fault.DNS, Fault.TIMEOUT):
            return False
        tries = 2 if answer.fault is Fault.TIMEOUT else MOST_TRIES
        if item.attempts >= tries or challenge_in(answer):
            return False
        due = time.monotonic() + max(self.plan.retry_s, wait)
        heapq.heappush(self.retries, (due, next(self._turns), item, want, False))
        return True

    def _resource(self, item: Item, answer: Answer, want: Want) -> None:
        refused = answer.status >= 400 and want is Want.HEAD
        if refused and item.found_by == LinkKind.FORM and answer.status == 405:
            refused = False
        if refused:
            # many servers know no HEAD, or answer it wrongly
            item.attempts -= 1
            self._order(item, Want.PEEK)
            return
        if self._again_later(item, answer, want):
            return
        verdict = verdict_of(answer, final=True)
        self.counts.failures += verdict is Verdict.BROKEN
        self.counts.links += self.leads.resource(Done(item, answer, verdict, clock.now()))

    def _external(self, item: Item, answer: Answer, order: Order) -> None:
        wait = retry_after_s(answer.headers.get("retry-after"), clock.now()) if answer.status in (429, 503) else 0.0
        look = self.foreign.another_look(answer, order, wait, time.monotonic())
        if look is not None:
            heapq.heappush(self.retries, (look.due, next(self._turns), item, look.want, look.disguised))
            return
        verdict = verdict_of(answer, final=False)
        self.counts.failures += verdict is Verdict.BROKEN
        self.counts.links += self.leads.settle(Done(item, answer, verdict, clock.now()))

    def _origin(self, item: Item, answer: Answer) -> None:
        """robots.txt, sitemaps, probes: not part of the line."""
        if item.kind is Kind.ROBOTS and self._again_later(item, answer, Want.WHOLE):
            return
        self.origins.take(item, answer, self.leads.origin(Done(item, answer, verdict_of(answer, final=True), clock.now())))

    def _settle(self, done: Done) -> None:
        if done.readout is not None:
            self.counts.pages += 1
        with self.spent.on("settling"):
            self.counts.links += self.leads.settle(done)

    def _challenged(self, firewall: str) -> None:
        counts = self.counts
        counts.challenged += 1
        counts.firewall = firewall
        self.pace.slow_down(time.monotonic())
        if counts.answered >= REFUSED_AFTER and counts.challenged / counts.answered > REFUSED_SHARE:
            self.refused = True

    # time -------------------------------------------------------------

    def _is_over(self) -> bool:
        if self.under_way or self.retries or len(self.line) or self.origins.busy:
            return False
        if self.refused:
            return True
        if self.frontier.resources or self.frontier.externals or self.frontier.pages or self.frontier.later:
            return False
        if self.foreign.waiting:
            self.foreign.release(time.monotonic())
            return not self.foreign.waiting
        return True

    def _wait(self, now: float) -> float:
        """Seconds to wait for an answer at most: until the next thing may be sent."""
        wait = 0.25
        if self.retries:
            due, _n, item, _want, _disguised = self.retries[0]
            wait = min(wait, max(due - now, 0.0 if item.kind is Kind.EXTERNAL else self.pace.own_wait(now)))
        if self.frontier.pages or self.frontier.resources or self.origins.has_orders:
            wait = min(wait, self.pace.own_wait(now)) if self.own_out < self.plan.settings.concurrency * 2 else wait
        if (next_due := self.foreign.next_due) is not None:
            wait = min(wait, next_due - now)
        return max(0.001, wait)

    def _flush_if_due(self) -> None:
        now = time.monotonic()
        if self.recorder.pages_waiting >= FLUSH_PAGES or now - self._flushed >= FLUSH_SECONDS:
            self._flush()

    def _flush(self) -> None:
        with self.spent.on("storing"):
            self.recorder.flush()
        now = self._flushed = time.monotonic()
        if now - self._told >= FLUSH_SECONDS:
            self._told = now
            waiting = self.frontier.waiting() + len(self.under_way) + self.foreign.waiting
            self.heartbeat(self.counts, waiting)
            total = min(self.counts.pages + len(self.frontier.pages) + len(self.frontier.later) + self.pages_out, self.plan.max_pages)
            self.tick(done=self.counts.pages, total=total, errors=self.counts.failures, note=self._note())

    def _note(self) -> str:
        delay = self.origins.delay
        if not delay.asked_s:
            return self.plan.start
        asked = _("robots.txt asks for {n} s between requests", n=f"{delay.asked_s:g}")
        kept = "" if delay.kept_s == delay.asked_s else " " + _("(kept: {n} s)", n=f"{delay.kept_s:g}")
        return f"{self.plan.start} · {asked}{kept}"

    def _let_arrive(self, seconds: float = 3.0) -> None:
        """Nothing more is sent; what is under way may arrive."""
        until = time.monotonic() + seconds
        while self.under_way and time.monotonic() < until:
            for arrival in self.fetcher.take(0.1):
                self._arrived(arrival)
            for done in self.line.due(time.monotonic()):
                self._settle(done)


def _want_of(item: Item) -> Want:
    if item.found_by in (LinkKind.CSS, LinkKind.OG_IMAGE):
        return Want.WHOLE
    return Want.HEAD
