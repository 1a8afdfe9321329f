"""The URLs of a crawl: numbers in the order of discovery, what is to be fetched next, and what never.

A page's number is given when the page that leads to it is settled, and pages settle in the order in which they were sent: so the same site
gives the same numbers, whatever order the answers came in, and a resumed crawl walks on exactly as the undisturbed one would have.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from seo.crawl.scope import Reason, Scope, Traps, netloc, origin_of
from seo.page import LinkKind


class Kind(StrEnum):
    """What a URL is to the crawl."""

    #: of the site, fetched and read
    PAGE = "page"
    #: of the site, looked at: image, script, style sheet, form target
    RESOURCE = "resource"
    #: of another site, looked at
    EXTERNAL = "external"
    ROBOTS = "robots"
    SITEMAP = "sitemap"
    #: an address that cannot exist, to learn what the site answers then
    PROBE = "probe"


class State(StrEnum):
    """Where a URL stands."""

    QUEUED = "queued"
    FETCHED = "fetched"
    SKIPPED = "skipped"


class FoundBy(StrEnum):
    """How a URL came into the crawl, where it was not by a link (then it is the link's kind)."""

    START = "start"
    SITEMAP = "sitemap"
    EARLIER = "earlier"
    LANDING = "landing"
    ROBOTS = "robots"
    PROBE = "probe"
    NAMED = "named"


@dataclass(slots=True)
class Item:
    """A URL that waits or is under way."""

    id: int
    url: str
    kind: Kind
    depth: int
    hops: int
    found_by: str
    rank: int | None = None
    attempts: int = 0


class Frontier:
    """All URLs of one crawl in memory as text → number; those that wait as `Item`. New rows pile up in `new` for the recorder."""

    def __init__(self, scope: Scope, crawl_id: int) -> None:
        self.scope = scope
        self.crawl_id = crawl_id
        self.ids: dict[str, int] = {}
        self.pages: deque[Item] = deque()
        #: pages that sitemaps or earlier crawls name, as long as no link leads to them; fetched last
        self.later: dict[int, Item] = {}
        self.resources: deque[Item] = deque()
        self.externals: deque[Item] = deque()
        self.new: list[dict[str, Any]] = []
        #: state changes of rows that were already written: id → values
        self.changed: dict[int, dict[str, Any]] = {}
        self.traps = Traps()
        #: folders of the site (``https://host/folder/``) and how many pages are known in each
        self.folders: Counter[str] = Counter()
        #: numbers of robots.txt, sitemaps and probes
        self.special: set[int] = set()
        #: sitemaps that a crawl which was cut off had found and not read
        self.unread_sitemaps: list[tuple[int, str]] = []
        #: foreign addresses by host that were looked at before the crawl was cut off
        self.looked_at: Counter[str] = Counter()
        self._not_pages: dict[int, Item] = {}
        self._too_deep: dict[int, int] = {}
        self._last = 0
        self._rank = 0

    def restore(self, rows: Iterable[tuple[int, str, str, str, str | None, int, int, str, int | None, int]]) -> None:
        """Take up a crawl that was cut off: (id, url, kind, state, reason, depth, hops, found_by, rank, attempts) in order of id."""
        ranked: list[Item] = []
        for id, url, kind, state, reason, depth, hops, found_by, rank, attempts in rows:
            self.ids[url] = id
            self._last = id
            self._rank = max(self._rank, rank or 0)
            item = Item(id, url, Kind(kind), depth, hops, found_by, rank, attempts)
            if kind == Kind.PAGE and reason not in _BEFORE_TRAPS and _may_be_trap(url):
                self.traps.springs(url)
            if (state == State.QUEUED or reason == Reason.BUDGET) and kind == Kind.PAGE and rank is not None:
                if reason == Reason.BUDGET:
                    self.changed[id] = {"state": State.QUEUED, "reason": None}
                ranked.append(item)
            elif state == State.QUEUED or reason == Reason.BUDGET:
                if reason == Reason.BUDGET:
                    self.changed[id] = {"state": State.QUEUED, "reason": None}
                self._wait(item)
            elif reason == Reason.DEPTH:
                self._too_deep[id] = depth
            elif kind == Kind.EXTERNAL and state == State.FETCHED:
                self.looked_at[netloc(url)] += 1
            self._file(item)
            if kind == Kind.SITEMAP and state == State.QUEUED:
                self.unread_sitemaps.append((id, url))
        self.pages.extend(sorted(ranked, key=lambda item: item.rank or 0))

    def admit(self, url: str, *, found_by: str, found_from: int | None, depth: int, hops: int = 0, kind: Kind | None = None) -> int:
        """The number of a normal URL, which is queued where it is new and in scope."""
        url = self.scope.normal(url)
        known = self.ids.get(url)
        if known is not None:
            self._again(known, url, found_by, depth, kind)
            return known
        self._last += 1
        id = self._last
        self.ids[url] = id
        internal = self.scope.is_internal(url)
        kind = kind or _kind(found_by, internal)
        reason = self._refusal(url, kind, depth, hops)
        item = Item(id, url, kind, depth, hops, found_by)
        if reason is None:
            if kind is Kind.PAGE and found_by not in _SEEDS:
                item.rank = self._next_rank()
            self._wait(item)
        elif reason is Reason.DEPTH:
            self._too_deep[id] = depth
        self._file(item)
        self.new.append(
            {
                "crawl_id": self.crawl_id,
                "id": id,
                "url": url,
                "internal": internal,
                "kind": kind,
                "state": State.QUEUED if reason is None else State.SKIPPED,
                "reason": reason,
                "depth": depth,
                "hops": hops,
                "found_by": found_by,
                "found_from": found_from,
                "rank": item.rank,
                "attempts": 0,
            }
        )
        return id

    def waiting(self) -> int:
        """How many wait."""
        return len(self.pages) + len(self.later) + len(self.resources) + len(self.externals)

    def fetch_seeds(self) -> bool:
        """No link leads anywhere new: go on with the pages that only sitemaps and earlier crawls name. False where there are none."""
        if not self.later:
            return False
        for item in self.later.values():
            self._rank_now(item)
        self.later.clear()
        return True

    def skip(self, item: Item, reason: Reason) -> None:
        """Leave an item out after all."""
        self.changed.setdefault(item.id, {}).update(state=State.SKIPPED, reason=reason)

    def give_up(self, reason: Reason, *, pages_only: bool = False) -> None:
        """Leave out all that still waits. With `pages_only` the resources and external links of what was read are still looked at."""
        for item in self.later.values():
            self.skip(item, reason)
        self.later.clear()
        for queue in (self.pages,) if pages_only else (self.pages, self.resources, self.externals):
            for item in queue:
                self.skip(item, reason)
            queue.clear()

    def take_rows(self) -> tuple[list[dict[str, Any]], dict[int, dict[str, Any]]]:
        """New rows and changes since the last call."""
        new, self.new = self.new, []
        changed, self.changed = self.changed, {}
        return new, changed

    def items(self) -> Iterator[Item]:
        """All that waits."""
        yield from self.pages
        yield from self.later.values()
        yield from self.resources
        yield from self.externals

    def _refusal(self, url: str, kind: Kind, depth: int, hops: int) -> Reason | None:
        if kind is Kind.PAGE:
            reason = self.scope.refusal(url, depth, hops)
            if reason is None and _may_be_trap(url) and self.traps.springs(url):
                return Reason.TRAP
            return reason
        if kind is Kind.EXTERNAL and not self.scope.settings.external_links:
            return Reason.EXTERNAL
        if kind is Kind.RESOURCE:
            reason = self.scope.refusal(url, 0, 0)
            return reason if reason in (Reason.EXCLUDED, Reason.LENGTH) else None
        return None

    def _wait(self, item: Item) -> None:
        if item.kind is Kind.EXTERNAL:
            self.externals.append(item)
        elif item.kind is Kind.RESOURCE:
            self.resources.append(item)
        elif item.kind is Kind.PAGE:
            if item.rank is None:
                self.later[item.id] = item
            else:
                self.pages.append(item)

    def _file(self, item: Item) -> None:
        """Remember what sort of URL this is."""
        if item.kind is Kind.RESOURCE:
            self._not_pages[item.id] = item
        elif item.kind is Kind.PAGE:
            origin = origin_of(item.url)
            path = item.url[len(origin) :].partition("?")[0]
            if path.count("/") >= 2:
                self.folders[f"{origin}/{path.split('/', 2)[1]}/"] += 1
        elif item.kind is not Kind.EXTERNAL:
            self.special.add(item.id)

    def _next_rank(self) -> int:
        self._rank += 1
        return self._rank

    def _rank_now(self, item: Item) -> None:
        item.rank = self._next_rank()
        self.changed.setdefault(item.id, {})["rank"] = item.rank
        self.pages.append(item)

    def _again(self, id: int, url: str, found_by: str, depth: int, kind: Kind | None) -> None:
        """A known URL was met again: nearer than before, or as a page where it was a mere resource."""
        if id in self.later:
            if found_by not in _SEEDS:
                item = self.later.pop(id)
                item.depth, item.found_by = depth, found_by
                self.changed.setdefault(id, {}).update(depth=depth, found_by=found_by)
                self._rank_now(item)
            return
        if id in self._too_deep:
            if depth < self._too_deep[id]:
                self._too_deep[id] = depth
                if self.scope.refusal(url, depth, 0) is None:
                    del self._too_deep[id]
                    self._requeue(Item(id, url, Kind.PAGE, depth, 0, found_by))
            return
        if found_by == LinkKind.OG_IMAGE and id in self._not_pages:
            self._not_pages[id].found_by = found_by  # fetched whole then, for its size in pixels
        if id in self._not_pages and (kind is Kind.PAGE or (kind is None and found_by in _LEADS_TO_PAGES)):
            del self._not_pages[id]
            if self.scope.refusal(url, depth, 0) is None:
                self._requeue(Item(id, url, Kind.PAGE, depth, 0, found_by))

    def _requeue(self, item: Item) -> None:
        self.resources = deque(one for one in self.resources if one.id != item.id)
        values = {"kind": Kind.PAGE, "state": State.QUEUED, "reason": None, "depth": item.depth, "found_by": item.found_by}
        self.changed.setdefault(item.id, {}).update(values)
        self._rank_now(item)


_SEEDS = frozenset({FoundBy.SITEMAP, FoundBy.EARLIER, FoundBy.LANDING})
_LEADS_TO_PAGES = frozenset({*(kind for kind in LinkKind if kind.leads_to_page), FoundBy.START, *_SEEDS})
#: reasons that are found before a URL is looked at for traps
_BEFORE_TRAPS = frozenset({Reason.LENGTH, Reason.REDIRECTS, Reason.DEPTH, Reason.EXCLUDED, Reason.NOT_INCLUDED})


def _may_be_trap(url: str) -> bool:
    return "?" in url or ";" in url or url.count("/") > 5


def _kind(found_by: str, internal: bool) -> Kind:
    if not internal:
        return Kind.EXTERNAL
    return Kind.PAGE if found_by in _LEADS_TO_PAGES else Kind.RESOURCE
