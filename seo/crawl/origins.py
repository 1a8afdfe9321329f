"""What belongs to an origin rather than to a page: robots.txt, sitemaps, and what the site answers for addresses that cannot exist."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import urlsplit

from growth import clock, urls
from growth.errors import Unfinished
from growth.language import _
from seo.answer import Answer
from seo.crawl.firewall import way_out
from seo.crawl.frontier import FoundBy, Frontier, Item, Kind
from seo.crawl.pace import LONGEST_DELAY_S
from seo.crawl.plan import Plan
from seo.crawl.record import Recorder
from seo.crawl.scope import Reason, origin_of
from seo.page import LinkKind
from seo.reading import read_page, resolve
from seo.robots import Robots, parse_robots, verdict
from seo.sitemap import MOST_BYTES, MOST_LEVELS, SitemapFault, SitemapKind, SitemapProblem, read_sitemap
from seo.sketch import sketch
from seo.summary import text_hash
from seo.verdict import challenge_in

#: redirects of a robots.txt that are followed (RFC 9309 §2.3.1.2)
ROBOTS_HOPS = 5
#: sitemap files of one crawl that are read
MOST_SITEMAPS = 2000
#: folders whose "not found" is learnt besides that of the root: at most so many, and at least; in between one for every so many pages
MOST_PROBES, FEWEST_PROBES, PAGES_A_PROBE = 20, 5, 20
ROBOTS_BYTES = 2 * 1024 * 1024


#: landing pages that are asked for with campaign parameters, and the parameters
MOST_MARKED = 30
MARKS = {"utm_source": "growth-audit", "gclid": "growth-audit"}


class Purpose(StrEnum):
    """Why an address is probed."""

    #: it cannot exist
    ABSENT = "absent"
    #: another spelling of the home page
    VARIANT = "variant"
    #: a landing page with campaign parameters
    MARKED = "marked"
    #: the IndexNow key
    KEY_FILE = "key-file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """Seconds between two requests that robots.txt asks for (Crawl-delay), and that are kept."""

    asked_s: float = 0.0
    kept_s: float = 0.0


@dataclass(slots=True)
class Outcome:
    """What the probes and the firewall said; `seo.site.Site` explains each."""

    probes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    variants: list[dict[str, Any]] = field(default_factory=list)
    marked: list[dict[str, Any]] = field(default_factory=list)
    key_file: dict[str, Any] | None = None
    #: certificate by https origin of the site
    certificates: dict[str, dict[str, Any]] = field(default_factory=dict)
    firewall: str = ""
    delay: Delay = field(default_factory=Delay)
    #: pages that a browser made, and that it could not
    rendered: int = 0
    render_faults: int = 0


class Origins:
    """Robots by origin, sitemaps still to read, probes. `known` is what a resumed crawl had already."""

    def __init__(
        self, plan: Plan, frontier: Frontier, recorder: Recorder, known: dict[str, tuple[int, str | None, str]], sitemaps_read: set[str]
    ) -> None:
        self.plan, self.frontier, self.recorder = plan, frontier, recorder
        self.robots: dict[str, Robots | Reason] = {}
        self.delay = Delay()
        for origin, (status, fault, text) in known.items():
            self._know(origin, _outcome(status, fault is not None, text))
        self._asked: dict[int, str] = {}
        self._orders: deque[Item] = deque()
        self._out = 0
        self._levels: dict[int, int] = {}
        self._sitemaps_read = sitemaps_read
        self._probed = False
        self._purposes: dict[int, tuple[Purpose, str]] = {}
        self.outcome = Outcome()
        self._seeded = False
        self._start = origin_of(plan.start)

    @property
    def busy(self) -> bool:
        """Whether something of this is waiting or under way."""
        return bool(self._orders) or self._out > 0

    @property
    def has_orders(self) -> bool:
        """Whether something of this is to be fetched."""
        return bool(self._orders)

    def next_order(self) -> Item | None:
        """What is to be fetched next."""
        if not self._orders:
            return None
        self._out += 1
        return self._orders.popleft()

    def limit_of(self, item: Item) -> int:
        """The size limit of an order; 0 for that of the crawl."""
        return {Kind.SITEMAP: MOST_BYTES + 1024, Kind.ROBOTS: ROBOTS_BYTES}.get(item.kind, 0)

    def probe(self) -> None:
        """No page of the site is left: probe it, once, while other hosts are still being asked. By now the site's folders are known."""
        if not self._probed:
            self._probed = True
            self._probe()

    def begin(self) -> None:
        """Ask for the start origin's robots.txt, unless it is known."""
        if self._start not in self.robots:
            self._ask_robots(self._start)
        else:
            self._seed()
        for id, url in self.frontier.unread_sitemaps:
            if id not in self._levels:
                self._levels[id] = 1
                self._orders.append(Item(id, url, Kind.SITEMAP, 0, 0, FoundBy.SITEMAP))

    def allows(self, url: str) -> Literal[True] | Reason | None:
        """True where a page may be fetched; the reason where not; None while its robots.txt is under way."""
        origin = origin_of(url)
        known = self.robots.get(origin)
        if known is None:
            if origin not in self._asked.values():
                self._ask_robots(origin)
            return None
        if self.plan.settings.robots == "ignore":
            return True
        if isinstance(known, Reason):
            return known
        return True if verdict(known, self.plan.user_agent, url).allowed else Reason.ROBOTS

    def take(self, item: Item, answer: Answer, redirect_to: int | None) -> None:
        """What came back for one of the orders."""
        self._out -= 1
        if item.kind is Kind.ROBOTS:
            self._take_robots(item, answer, redirect_to)
        elif item.kind is Kind.SITEMAP:
            self._take_sitemap(item, answer, redirect_to)
        else:
            self._take_probe(item, answer)

    def secure(self) -> list[str]:
        """The https origins of the site that answered for their robots.txt."""
        return [origin for origin, known in self.robots.items() if origin.startswith("https://") and isinstance(known, Robots)]

    # robots -----------------------------------------------------------

    def _ask_robots(self, origin: str) -> None:
        item = self._order(f"{origin}/robots.txt", Kind.ROBOTS, FoundBy.ROBOTS)
        self._asked[item.id] = origin

    def _take_robots(self, item: Item, answer: Answer, redirect_to: int | None) -> None:
        origin = self._asked.pop(item.id)
        if redirect_to is not None and item.hops < ROBOTS_HOPS:
            self._redirected(item, answer, origin)
            return
        text = answer.body.decode("utf-8", "replace") if answer.ok else ""
        failed = answer.fault is not None and answer.status == 0
        self.recorder.origin(origin, self.frontier.ids[f"{origin}/robots.txt"], answer, text[:ROBOTS_BYTES])
        self._know(origin, _outcome(answer.status, failed, text))
        if origin == self._start:
            self._judge_start(answer, failed)
            self._seed()

    def _know(self, origin: str, outcome: Robots | Reason) -> None:
        self.robots[origin] = outcome
        if self.plan.settings.robots == "obey" and isinstance(outcome, Robots):
            asked = max(self.delay.asked_s, outcome.crawl_delay(self.plan.user_agent) or 0.0)
            self.delay = Delay(asked_s=asked, kept_s=min(asked, LONGEST_DELAY_S))

    def _redirected(self, item: Item, answer: Answer, origin: str) -> None:
        target = urls.normal(answer.headers["location"], base=answer.url)
        found = self.frontier.ids[self.frontier.scope.normal(target)]
        next_item = Item(found, target, Kind.ROBOTS, 0, item.hops + 1, FoundBy.ROBOTS)
        self._asked[found] = origin
        self._orders.append(next_item)

    def _judge_start(self, answer: Answer, failed: bool) -> None:
        """A site whose robots.txt cannot be read must not be crawled (RFC 9309 §2.3.1.4)."""
        if challenge_in(answer):
            raise Unfinished(
                _("{url} is answered by a firewall ({name}) instead of the site", url=answer.url, name=challenge_in(answer)),
                fix=way_out(answer.url, self.plan.user_agent),
            )
        if failed:
            raise Unfinished(
                _("{url} does not answer: {why}", url=answer.url, why=answer.fault_text or answer.fault),
                fix=_("check the address; then run: growth seo audit --resume"),
            )
        if answer.status >= 500 and self.plan.settings.robots == "obey":
            raise Unfinished(
                _("{url} answers {status}, so nothing may be fetched (RFC 9309)", url=answer.url, status=answer.status),
                fix=_("mend robots.txt on the server, then run: growth seo audit --resume"),
            )

    # sitemaps ---------------------------------------------------------

    def _seed(self) -> None:
        """Start page, landing pages, sitemaps, earlier crawls."""
        if self._seeded:
            return
        self._seeded = True
        frontier = self.frontier
        frontier.admit(self.plan.start, found_by=FoundBy.START, found_from=None, depth=0)
        if self.plan.site.home != self.plan.start:
            frontier.admit(self.plan.site.home, found_by=FoundBy.LANDING, found_from=None, depth=0)
        for url in self.plan.landing:
            frontier.admit(url, found_by=FoundBy.LANDING, found_from=None, depth=1)
        for url in self.plan.earlier:
            frontier.admit(url, found_by=FoundBy.EARLIER, found_from=None, depth=1)
        frontier.admit(f"{self._start}/favicon.ico", found_by=LinkKind.ICON, found_from=None, depth=0, kind=Kind.RESOURCE)
        robots = self.robots[self._start]
        named = [url for url, _line in robots.sitemaps] if isinstance(robots, Robots) else []
        for url in named or [f"{self._start}/sitemap.xml"]:
            try:
                self._ask_sitemap(urls.normal(url, base=self._start + "/"), 0, None)
            except urls.NotAUrl:
                continue

    def _ask_sitemap(self, url: str, level: int, found_from: int | None) -> int | None:
        known = self.frontier.ids.get(url)
        if url in self._sitemaps_read or known in self._levels or len(self._levels) >= MOST_SITEMAPS:
            return None
        item = self._order(url, Kind.SITEMAP, FoundBy.SITEMAP, found_from)
        self._levels[item.id] = level
        return item.id

    def _take_sitemap(self, item: Item, answer: Answer, redirect_to: int | None) -> None:
        level = self._levels[item.id]
        if redirect_to is not None:
            target = urls.normal(answer.headers["location"], base=answer.url)
            if redirect_to not in self._levels and item.hops < ROBOTS_HOPS:
                self._levels[redirect_to] = level
                self._orders.append(Item(redirect_to, target, Kind.SITEMAP, 0, item.hops + 1, FoundBy.SITEMAP))
            return
        if not answer.ok or answer.fault is not None:
            return
        sitemap = read_sitemap(answer.body)
        problems = list(sitemap.problems)
        targets: list[tuple[int, str | None]] = []
        if sitemap.kind is SitemapKind.INDEX:
            for entry in sitemap.entries:
                if level + 1 > MOST_LEVELS or entry.url == item.url:
                    fault = SitemapFault.LOOP if entry.url == item.url else SitemapFault.TOO_DEEP
                    problems.append(SitemapProblem(fault, entry.line, entry.url[:200]))
                    continue
                self._ask_sitemap(entry.url, level + 1, item.id)
        else:
            for entry in sitemap.entries:
                targets.append((self.frontier.admit(entry.url, found_by=FoundBy.SITEMAP, found_from=item.id, depth=1), entry.lastmod))
        self.recorder.sitemap(item.id, replace(sitemap, problems=tuple(problems)), level, targets)

    # probes -----------------------------------------------------------

    def _probe(self) -> None:
        """Addresses that cannot exist, the home page's other spellings, marked landing pages, the key file."""
        if not any(isinstance(known, Robots) for known in self.robots.values()):
            return
        largest = sorted(self.frontier.folders.items(), key=lambda one: (-one[1], one[0]))
        most = max(FEWEST_PROBES, min(MOST_PROBES, sum(self.frontier.folders.values()) // PAGES_A_PROBE))
        for folder in dict.fromkeys([self._start + "/", *(folder for folder, _pages in largest[:most])]):
            self._ask_absent(folder)
        for url in other_spellings(self.plan.site.home):
            self._ask(url, Purpose.VARIANT, url)
        for url in sorted(self.plan.site.landing)[:MOST_MARKED]:
            self._ask(urls.with_parameters(url, MARKS), Purpose.MARKED, url)
        if self.plan.site.indexnow_key:
            self._ask(f"{self._start}/{self.plan.site.indexnow_key}.txt", Purpose.KEY_FILE, "")

    def _ask_absent(self, folder: str, hops: int = 0) -> None:
        self._ask(f"{folder}{secrets.token_hex(8)}.html", Purpose.ABSENT, folder, hops)

    def _ask(self, url: str, purpose: Purpose, about: str, hops: int = 0) -> None:
        item = self._order(url, Kind.PROBE, FoundBy.PROBE)
        item.hops = hops
        self._purposes[item.id] = (purpose, about)

    def _take_probe(self, item: Item, answer: Answer) -> None:
        purpose, about = self._purposes.pop(item.id)
        location = answer.headers.get("location", "") if answer.redirects else ""
        if purpose is Purpose.KEY_FILE:
            text = answer.body[:1000].decode("utf-8", "replace")
            self.outcome.key_file = {"url": item.url, "status": answer.status, "text": text, "location": location}
        elif purpose is Purpose.MARKED:
            self._take_marked(item, answer, about)
        elif answer.ok and answer.is_html and not answer.cut:
            page = read_page(answer, self.plan.site, read_at=clock.now())
            text = page.main_text
            found = {
                "status": answer.status,
                "title": page.title[:300],
                "sketch": sketch(text).hex(),
                "hash": text_hash(text),
                "length": len(text),
            }
            if purpose is Purpose.VARIANT:
                self.outcome.variants.append({"url": item.url, **found})
            else:
                self.outcome.probes.setdefault(origin_of(item.url), []).append({"folder": about, **found})
                if not item.hops:
                    # it has a page for what is not there; a second one shows whether that is always the same
                    self._ask_absent(about, hops=1)

    def _take_marked(self, item: Item, answer: Answer, about: str) -> None:
        """Follow a marked landing page through its redirects as long as the marks are there."""
        if not answer.redirects:
            return
        target, _fragment, _fault = resolve(answer.headers["location"], answer.url)
        if target is None:
            return
        kept = all(f"{name}=" in target for name in MARKS)
        if kept and item.hops < ROBOTS_HOPS and self.frontier.scope.is_internal(target):
            self._ask(target, Purpose.MARKED, about, item.hops + 1)
        elif not kept:
            self.outcome.marked.append({"url": about, "location": target, "status": answer.status, "parameters": list(MARKS)})

    def _order(self, url: str, kind: Kind, found_by: FoundBy, found_from: int | None = None) -> Item:
        id = self.frontier.admit(url, found_by=found_by, found_from=found_from, depth=0, kind=kind)
        item = Item(id, url, kind, 0, 0, found_by)
        self._orders.append(item)
        return item


def _outcome(status: int, failed: bool, text: str) -> Robots | Reason:
    """What a robots.txt means: rules, everything allowed (4xx), or nothing (5xx, no answer)."""
    if failed or status >= 500:
        return Reason.ROBOTS_UNREACHABLE
    return parse_robots(text) if 200 <= status < 300 else Robots()


def other_spellings(home: str) -> list[str]:
    """The home page under the other scheme, and with or without www; nothing where a port or a bare address stands in it."""
    parts = urlsplit(home)
    host = parts.hostname or ""
    if parts.port is not None or host.replace(".", "").isdigit() or ":" in host or "." not in host:
        return []
    other = "http" if parts.scheme == "https" else "https"
    www = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    return [f"{other}://{host}{parts.path}", f"{parts.scheme}://{www}{parts.path}"]
