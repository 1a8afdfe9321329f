"""Links by page, counted for the report: all of them and different ones, inwards and outwards, and a list's next and previous page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seo.links import CLICKED, KIND_NUMBER
from seo.models import LinkRow, UrlRow
from seo.page import LinkKind
from seo.redirects import redirect_ends

_NEXT, _PREV = KIND_NUMBER[LinkKind.NEXT], KIND_NUMBER[LinkKind.PREV]
_link = LinkRow.__table__.c


@dataclass(slots=True)
class LinkCounts:
    """How many links there are by URL number: those that a visitor clicks, links of a page to itself left out inwards."""

    inlinks: Counter[int] = field(default_factory=Counter)
    #: pages they are on
    linking: Counter[int] = field(default_factory=Counter)
    #: different targets on the site, on other sites
    internal: Counter[int] = field(default_factory=Counter)
    external: Counter[int] = field(default_factory=Counter)
    #: the address of ``rel=next`` and ``rel=prev``
    next: dict[int, str] = field(default_factory=dict)
    prev: dict[int, str] = field(default_factory=dict)

    def of(self, id: int, *, read: bool) -> dict[str, Any]:
        """The counts of a URL, by the columns of the report; of what was not `read` as a page only those of links that lead to it."""
        return {
            "links_in": self.inlinks[id],
            "unique_internal": self.internal[id] if read else None,
            "unique_external": self.external[id] if read else None,
            "rel_next": self.next.get(id),
            "rel_prev": self.prev.get(id),
        }


def link_counts(session: Session, crawl_id: int) -> LinkCounts:
    """Count the links of a crawl in one pass. A link to an address that redirects counts for it and for where it ends up."""
    own = set(session.scalars(select(UrlRow.id).where(UrlRow.crawl_id == crawl_id, UrlRow.internal.is_(True))))
    ends = redirect_ends(session, crawl_id)
    query = (
        select(_link.source, _link.target, _link.kind)
        .where(_link.crawl_id == crawl_id, _link.target.is_not(None), _link.kind.in_((*CLICKED, _NEXT, _PREV)))
        .order_by(_link.source, _link.position)
    )
    counts = LinkCounts()
    lists: dict[int, dict[int, int]] = {_NEXT: {}, _PREV: {}}
    rows: Iterable[Any] = session.execute(query.execution_options(yield_per=10_000))
    for source, links in groupby(rows, key=lambda row: row.source):
        led: Counter[int] = Counter()
        targets = set()
        for _source, target, kind in links:
            if kind in lists:
                lists[kind].setdefault(source, target)
                continue
            targets.add(target)
            for end in {target, ends.get(target, target)} - {source}:
                led[end] += 1
        counts.inlinks.update(led)
        counts.linking.update(led.keys())
        counts.internal[source] = len(targets & own)
        counts.external[source] = len(targets - own)
    for kind, named in ((_NEXT, counts.next), (_PREV, counts.prev)):
        texts = _texts(session, crawl_id, sorted(set(lists[kind].values())))
        named.update((source, texts[target]) for source, target in lists[kind].items())
    return counts


def _texts(session: Session, crawl_id: int, ids: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for begin in range(0, len(ids), 500):
        some = UrlRow.id.in_(ids[begin : begin + 500])
        found.update(session.execute(select(UrlRow.id, UrlRow.url).where(UrlRow.crawl_id == crawl_id, some)).tuples().all())
    return found
