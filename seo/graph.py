"""The link graph of a crawl: click depth, in-links, and how link equity flows. Arrays of numbers, linear in links."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

#: how much of a page's equity flows along its links (Brin and Page 1998)
DAMPING = 0.85
ROUNDS = 30
#: change of all equities together at which the rounds end
ENOUGH = 1e-4


@dataclass(frozen=True, slots=True)
class Graph:
    """Pages are positions 0 … n-1 (`ids` gives their URL numbers); the links of page i are ``targets[starts[i]:starts[i+1]]``, each target
    once.
    """

    ids: array[int]
    starts: array[int]
    targets: array[int]

    def links_of(self, page: int) -> array[int]:
        """Positions that a page links to."""
        return self.targets[self.starts[page] : self.starts[page + 1]]

    def __len__(self) -> int:
        return len(self.ids)


def build(pages: Iterable[int], links: Iterable[tuple[int, int]], resolved: dict[int, int]) -> Graph:
    """The graph of `pages` (URL numbers) and `links` (source, target), sources in ascending order.

    `resolved` says where a URL ends up (redirects, canonicals): a link to it counts for its end. Links to oneself do not count.
    """
    ids = array("q", sorted(pages))
    position = {id: place for place, id in enumerate(ids)}
    starts = array("q", [0])
    targets: array[int] = array("q")
    current = 0
    mine: dict[int, None] = {}

    def close(until: int) -> None:
        nonlocal current, mine
        while current < until:
            targets.extend(mine)
            starts.append(len(targets))
            mine = {}
            current += 1

    for source, target in links:
        place = position.get(source)
        if place is None:
            continue
        if place != current:
            close(place)
        to = position.get(resolved.get(target, target))
        if to is not None and to != place:
            mine[to] = None
    close(len(ids))
    return Graph(ids, starts, targets)


def depths(graph: Graph, home: int | None) -> array[int]:
    """Clicks from the page with URL number `home`; -1 where links do not lead."""
    found = array("q", [-1]) * len(graph)
    begin = _position(graph, home)
    if begin is None:
        return found
    found[begin] = 0
    layer = [begin]
    depth = 0
    while layer:
        depth += 1
        following = []
        for page in layer:
            for to in graph.links_of(page):
                if found[to] < 0:
                    found[to] = depth
                    following.append(to)
        layer = following
    return found


def inlink_counts(graph: Graph) -> array[int]:
    """Pages that link to each page."""
    counts = array("q", [0]) * len(graph)
    for to in graph.targets:
        counts[to] += 1
    return counts


def equity(graph: Graph) -> array[float]:
    """PageRank, scaled so that an average page has 1. What pages without links hold is spread over all."""
    size = len(graph)
    if not size:
        return array("d")
    ranks = array("d", [1.0]) * size
    starts, targets = graph.starts, graph.targets
    for _round in range(ROUNDS):
        flow = array("d", [0.0]) * size
        loose = 0.0
        for page in range(size):
            begin, end = starts[page], starts[page + 1]
            if begin == end:
                loose += ranks[page]
                continue
            share = ranks[page] / (end - begin)
            for to in targets[begin:end]:
                flow[to] += share
        base = 1 - DAMPING + DAMPING * loose / size
        following = array("d", (base + DAMPING * value for value in flow))
        change = sum(abs(a - b) for a, b in zip(following, ranks, strict=True))
        ranks = following
        if change < ENOUGH * size:
            break
    return ranks


def _position(graph: Graph, id: int | None) -> int | None:
    from bisect import bisect_left

    if id is None:
        return None
    place = bisect_left(graph.ids, id)
    return place if place < len(graph.ids) and graph.ids[place] == id else None
