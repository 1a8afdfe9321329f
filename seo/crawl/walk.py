"""The crawl itself: sends orders to the fetching child, reads what comes, settles it in order and has it stored.

Everything that decides lives here; the child only fetches. The state is the store: kill this process at any point and `Frontier.restore`
goes on.
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import Protocol
from urllib.parse import quote

from growth import clock
from seo.answer import Answer, Fault
from seo.crawl.fetcher import Arrival, Fetches
from seo.crawl.frontier import Frontier, Item, Kind
from seo.crawl.order import InOrder
from seo.crawl.origins import Origins
from seo.crawl.pace import Pace, retry_after_s
from seo.crawl.plan import Plan
from seo.crawl.record import FLUSH_PAGES, FLUSH_SECONDS, Recorder
from seo.crawl.scope import Reason, netloc
from seo.crawl.wire import Order, Want
from seo.page import Link, LinkKind
from seo.reading import resolve
from seo.reading.page import css_urls
from seo.readout import Readout, is_readable, read_out
from seo.rules import Rules
from seo.spent import Spent
from seo.verdict import REFUSING, Verdict, challenge_in, verdict_of

#: tries of a page or resource that may pass (the first one included)
MOST_TRIES = 3
#: URLs of one foreign host that are looked at in one crawl; the others wait for the next
MOST_FOREIGN = 200
#: orders to foreign hosts under way at once
FOREIGN_AT_ONCE = 16
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


@dataclass(slots=True)
class _Done:
    """An answer to a page, waiting for its turn to settle."""

    item: Item
    answer: Answer
    verdict: Verdict | None
    at: datetime
    readout: Readout | None = None


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
        stopped: Callable[[], bool],
        heartbeat: Callable[[Counts, int], None],
        tick: Tick,
    ) -> None:
        self.plan, self.frontier, self.recorder, self.fetcher, self.rules = plan, frontier, recorder, fetcher, rules
        self.origins, self.counts, self.stopped, self.heartbeat, self.tick = origins, counts, stopped, heartbeat, tick
        self.spent = spent
        self.pace = Pace(plan.settings.requests_per_second)
        self.line: InOrder[_Done] = InOrder()
        #: order → what it is for; orders have numbers of their own, for a URL may be fetched for two reasons at once
        self.under_way: dict[int, Item] = {}
        self.pages_out = 0
        self.own_out = 0
        self.foreign_out = 0
        self.retries: list[tuple[float, int, Item, Want, bool]] = []
        self.foreign: dict[str, deque[Item]] = {}
        self.foreign_due: list[tuple[float, int, str]] = []
        self.foreign_seen: dict[str, int] = {}
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
        while self.retries and self.retries[0][0] <= now:
            _due, _n, item, want, disguised = heapq.heappop(self.retries)
            self._order(item, want, disguised=disguised)
        for item in self.origins.orders():
            self._order(item, Want.WHOLE)
        window = self.plan.settings.concurrency * 2
        while self.own_out < window and self.pace.own_ready(now) and not self.refused:
            sent = self._next_page() or self._next_resource()
            if not sent:
                break
            self.pace.own_sent(now)
            now = time.monotonic()
        self._send_foreign(now)

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

    def _send_foreign(self, now: float) -> None:
        while self.frontier.externals:
            item = self.frontier.externals.popleft()
            host = netloc(item.url)
            seen = self.foreign_seen.get(host, 0)
            if seen >= MOST_FOREIGN:
                self.frontier.skip(item, Reason.BUDGET)
                continue
            self.foreign_seen[host] = seen + 1
            queue = self.foreign.setdefault(host, deque())
            if not queue:
                heapq.heappush(self.foreign_due, (now, next(self._turns), host))
            queue.append(item)
        while self.foreign_due and self.foreign_due[0][0] <= now and self.foreign_out < FOREIGN_AT_ONCE:
            _due, _n, host = heapq.heappop(self.foreign_due)
            queue = self.foreign[host]
            if not self.pace.foreign_ready(host, now):
                heapq.heappush(self.foreign_due, (now + 0.25, next(self._turns), host))
                continue
            item = queue.popleft()
            self.pace.foreign_sent(host, now)
            self._order(item, Want.HEAD)
            if queue:
                heapq.heappush(self.foreign_due, (now + 1.0, next(self._turns), host))

    def _order(self, item: Item, want: Want, *, disguised: bool = False) -> None:
        item.attempts += 1
        self.counts.requests += 1
        number = next(self._numbers)
        self.under_way[number] = item
        if item.kind is Kind.EXTERNAL:
            self.foreign_out += 1
        else:
            self.own_out += 1
            self.pages_out += item.kind is Kind.PAGE
        self.fetcher.send(
            Order(id=number, url=item.url, want=want, max_bytes=self.origins.limit_of(item), disguised=disguised, depth=item.depth)
        )

    # what came --------------------------------------------------------

    def _arrived(self, arrival: Arrival) -> None:
        order, answer = arrival.order, arrival.answer
        item, want = self.under_way.pop(order.id), order.want
        if item.kind is Kind.EXTERNAL:
            self.foreign_out -= 1
            self._external(item, answer, want, order.disguised)
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
        done = _Done(item, answer, verdict, clock.now())
        self.counts.answered += 1
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

    def _again_later(self, item: Item, answer: Answer, want: Want) -> bool:
        """Whether an answer may pass and is asked for again, at least `retry_s` later."""
        if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
            wait = retry_after_s(answer.headers.get("retry-after"), clock.now())
            self.pace.slow_down(time.monotonic(), wait)
        elif answer.status < 500 and answer.fault not in (Fault.RESET, Fault.REFUSED, Fault.DNS, Fault.TIMEOUT):
            return False
        tries = 2 if answer.fault is Fault.TIMEOUT else MOST_TRIES
        if item.attempts >= tries or challenge_in(answer):
            return False
        heapq.heappush(self.retries, (time.monotonic() + self.plan.retry_s, next(self._turns), item, want, False))
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
        redirect_to = self._follow(item, answer)
        verdict = verdict_of(answer, final=True)
        self.counts.failures += verdict is Verdict.BROKEN
        self._record(item, answer, verdict, redirect_to)
        if answer.ok and not answer.cut and answer.body and answer.media_type == "text/css":
            text = answer.body.decode("utf-8", "replace")
            links: list[Link] = []
            targets: list[int | None] = []
            for href in css_urls(text)[:500]:
                target, fragment, fault = resolve(href, answer.url)
                links.append(Link(LinkKind.CSS_URL, href[:2100], target, fragment, fault=fault))
                admit = self.frontier.admit
                targets.append(admit(target, found_by=LinkKind.CSS_URL, found_from=item.id, depth=item.depth + 1) if target else None)
            self._links(item.id, links, targets)

    def _external(self, item: Item, answer: Answer, want: Want, disguised: bool) -> None:
        host = netloc(item.url)
        wait = retry_after_s(answer.headers.get("retry-after"), clock.now()) if answer.status in (429, 503) else 0.0
        if wait:
            self.pace.foreign_sent(host, time.monotonic(), wait)
        bad = answer.status >= 400 or (answer.fault in (Fault.TIMEOUT, Fault.RESET, Fault.PROTOCOL))
        if bad and want is Want.HEAD:
            self._retry_foreign(item, host, Want.PEEK, disguised=False, wait_s=wait)
            return
        if (
            bad
            and not disguised
            and (answer.status in REFUSING or answer.status in (400, 404, 405, 406, 410) or answer.status >= 500 or answer.fault)
        ):
            self._retry_foreign(item, host, Want.PEEK, disguised=True, wait_s=max(wait, 2.0))
            return
        redirect_to = self._follow(item, answer)
        verdict = verdict_of(answer, final=False)
        self.counts.failures += verdict is Verdict.BROKEN
        self._record(item, answer, verdict, redirect_to)

    def _retry_foreign(self, item: Item, host: str, want: Want, *, disguised: bool, wait_s: float) -> None:
        due = time.monotonic() + max(1.0, min(wait_s, 60.0))
        self.pace.foreign_sent(host, due)
        heapq.heappush(self.retries, (due, next(self._turns), item, want, disguised))

    def _origin(self, item: Item, answer: Answer) -> None:
        """robots.txt, sitemaps, probes: not part of the line."""
        if item.kind is Kind.ROBOTS and self._again_later(item, answer, Want.WHOLE):
            return
        redirect_to = self._follow_as(item, answer, item.kind) if item.kind is not Kind.PROBE else None
        if item.id in self.frontier.special:
            self._record(item, answer, verdict_of(answer, final=True), redirect_to)
        self.origins.take(item, answer, redirect_to)

    # settling ---------------------------------------------------------

    def _settle(self, done: _Done) -> None:
        """Give an answer its place: number what it leads to, hand it to the recorder."""
        item, answer, readout = done.item, done.answer, done.readout
        redirect_to = self._follow(item, answer)
        self._record(item, answer, done.verdict, redirect_to, done.at)
        if readout is None:
            return
        self.counts.pages += 1
        with self.spent.on("settling"):
            self.recorder.page(item.id, readout, self._settle_links(item, readout))

    def _settle_links(self, item: Item, readout: Readout) -> int | None:
        """Number what a page leads to; the number of its canonical page."""
        admit = self.frontier.admit
        depth = item.depth + 1
        targets: list[int | None] = []
        canonical = None
        for link in readout.links:
            kind, target = link.kind, link.target
            if target is None:
                targets.append(None)
                continue
            number = admit(target, found_by=kind, found_from=item.id, depth=item.depth if kind in _SAME_DEPTH else depth)
            if kind is LinkKind.CANONICAL and canonical is None and target == readout.canonical:
                canonical = number
            targets.append(number)
        self._links(item.id, readout.links, targets)
        return canonical

    def _record(self, item: Item, answer: Answer, verdict: Verdict | None, redirect_to: int | None, at: datetime | None = None) -> None:
        micros = clock.to_micros(at or clock.now())
        self.recorder.answer(item.id, answer, verdict=verdict, redirect_to=redirect_to, attempts=item.attempts, at_micros=micros)

    def _links(self, source: int, links: Sequence[Link], targets: Sequence[int | None]) -> None:
        self.counts.links += len(links)
        self.recorder.links(source, zip(links, targets, strict=True))

    def _follow(self, item: Item, answer: Answer) -> int | None:
        """The number of what an answer redirects to."""
        return self._follow_as(item, answer, None if item.kind in (Kind.PAGE, Kind.EXTERNAL) else item.kind)

    def _follow_as(self, item: Item, answer: Answer, kind: Kind | None) -> int | None:
        if not answer.redirects:
            return None
        target, fragment, fault = resolve(_location(answer), answer.url)
        if target is None:
            self._links(item.id, [Link(LinkKind.REDIRECT, answer.headers["location"][:2100], None, fragment, fault=fault)], [None])
            return None
        if kind is Kind.RESOURCE and not self.frontier.scope.is_internal(target):
            kind = None
        id = self.frontier.admit(target, found_by=LinkKind.REDIRECT, found_from=item.id, depth=item.depth, hops=item.hops + 1, kind=kind)
        self._links(item.id, [Link(LinkKind.REDIRECT, answer.headers["location"][:2100], target, fragment)], [id])
        return id

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
        if self.frontier.resources or self.frontier.externals or any(self.foreign.values()):
            return False
        if self.frontier.pages or self.frontier.later:
            return False
        return self.origins.finished()

    def _wait(self, now: float) -> float:
        """Seconds to wait for an answer at most: until the next thing may be sent."""
        wait = 0.25
        if self.retries:
            wait = min(wait, self.retries[0][0] - now)
        if self.frontier.pages or self.frontier.resources:
            wait = min(wait, self.pace.own_wait(now)) if self.own_out < self.plan.settings.concurrency * 2 else wait
        if self.foreign_due and self.foreign_out < FOREIGN_AT_ONCE:
            wait = min(wait, self.foreign_due[0][0] - now)
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
            waiting = self.frontier.waiting() + len(self.under_way) + sum(map(len, self.foreign.values()))
            self.heartbeat(self.counts, waiting)
            total = min(self.counts.pages + len(self.frontier.pages) + len(self.frontier.later) + self.pages_out, self.plan.max_pages)
            self.tick(done=self.counts.pages, total=total, errors=self.counts.failures, note=self.plan.start)

    def _let_arrive(self, seconds: float = 3.0) -> None:
        """Nothing more is sent; what is under way may arrive."""
        until = time.monotonic() + seconds
        while self.under_way and time.monotonic() < until:
            for arrival in self.fetcher.take(0.1):
                self._arrived(arrival)
            for done in self.line.due(time.monotonic()):
                self._settle(done)


_SAME_DEPTH = frozenset({LinkKind.CANONICAL, LinkKind.HREFLANG, LinkKind.REFRESH, LinkKind.AMP})


def _want_of(item: Item) -> Want:
    if item.found_by in (LinkKind.CSS, LinkKind.OG_IMAGE):
        return Want.WHOLE
    return Want.HEAD


def _location(answer: Answer) -> str:
    """The Location header; bytes above ASCII are UTF-8 where they can be, else they are escaped as they are."""
    raw = answer.headers["location"]
    if raw.isascii():
        return raw
    data = raw.encode("latin-1", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return quote(data, safe="/:?#[]@!$&'()*+,;=%~-._")
