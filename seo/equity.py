"""Link equity put to use: which pages deserve more links than they have, and which pages should give them.

A page deserves links by the visits it gets (or, where none are counted, by the text it holds), three times as much where it is a goal or
a landing page; it lacks them where its equity is below that of an average page. A page may give a link where it has equity itself, is
about the same (terms in titles, H1 and descriptions that few pages share), and does not link there yet.

The proposals are made at the end of an audit and kept with its pages, so that pages and reports open at once.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from growth.db import Database
from seo.comparing.terms import terms_of
from seo.crawls import Crawl
from seo.facts import site_facts
from seo.landing import landing_urls
from seo.models import InlinkRow, PageRow, ProposalRow, UrlRow
from seo.packed import pack, unpack
from seo.worth import worth_of

#: proposals made, and pages named for each
MOST = 20
MOST_SOURCES = 5
#: pages looked at: those that hold most equity may give, those that deserve most may get
MOST_GIVERS = 2000
MOST_CANDIDATES = 2000
#: how much more a goal or landing page deserves
WANTED = 3.0
#: what parts a title from the site's name behind it
_NAME_APART = re.compile(r"\s[-–—]\s|[_|｜，：]")
#: share of the pages from which on a term says nothing (the site's own name)
COMMON = 0.3
#: pages that may share a term on a site too small for shares
SMALL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """A page that should link; `shared` are the terms that both are about."""

    url: str
    title: str
    equity: float
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkProposal:
    """A page that deserves links. `views` a month are None where visits are not counted; `anchor` is what a link to it may say."""

    url: str
    title: str
    anchor: str
    equity: float
    inlinks: int
    depth: int | None
    views: int | None
    wanted: bool
    givers: tuple[Giver, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    url: str
    title: str
    h1: str
    description: str
    length: int
    inlinks: int
    equity: float
    depth: int | None


def propose_links(database: Database, crawl: Crawl, *, now: datetime, most: int = MOST) -> list[LinkProposal]:
    """Up to `most` pages that deserve links, those that lack most first, each with pages that should link to it."""
    with database.read() as session:
        goals = site_facts(database.workspace, crawl.start_url).goals
        wanted = frozenset((*landing_urls(session, database.workspace, crawl.start_url), *goals))
    worth = worth_of(database, crawl_id=crawl.id, now=now)
    with database.store("crawl").read() as session:
        weak = _weak(session, crawl.id, {*wanted, *_busiest(worth.visits)})
        givers = _givers(session, crawl.id)

        def lacks(page: _Known) -> float:
            deserves = worth.visits.get(page.url, 0.0) + 1 if worth.measured else min(page.length, 3000) / 100
            return deserves * (WANTED if page.url in wanted else 1.0) / max(page.equity, 0.05)

        chosen = sorted(weak, key=lambda page: (-lacks(page), page.url))[: most * 3]
        topics = _Topics([*givers, *chosen])
        linking = _linking(session, crawl.id, [page.id for page in chosen])
        found = []
        for page in chosen:
            sources = topics.nearest(page, givers, without=linking[page.id] | {page.id})
            if sources:
                views = round(worth.visits.get(page.url, 0.0)) if worth.measured else None
                found.append(_proposal(page, views, page.url in wanted, sources))
    return found[:most]


def keep_proposals(database: Database, crawl: Crawl, *, now: datetime) -> None:
    """Make the proposals of a crawl and keep them in place of earlier ones."""
    found = propose_links(database, crawl, now=now)
    with database.store("crawl").write() as session:
        session.execute(delete(ProposalRow).where(ProposalRow.crawl_id == crawl.id))
        session.add_all(
            ProposalRow(crawl_id=crawl.id, place=place, document=pack(msgspec.json.encode(one))) for place, one in enumerate(found, 1)
        )


def kept_proposals(database: Database, crawl: Crawl, *, most: int = MOST) -> list[LinkProposal]:
    """The first `most` proposals that the audit made; none where the crawl's pages are gone."""
    query = select(ProposalRow.document).where(ProposalRow.crawl_id == crawl.id).order_by(ProposalRow.place).limit(most)
    with database.store("crawl").read() as session:
        return [msgspec.json.decode(unpack(packed), type=LinkProposal) for packed in session.scalars(query)]


def _proposal(page: _Known, views: int | None, wanted: bool, givers: Sequence[Giver]) -> LinkProposal:
    return LinkProposal(
        url=page.url,
        title=page.title,
        anchor=page.h1 or _NAME_APART.split(page.title, maxsplit=1)[0],
        equity=round(page.equity, 2),
        inlinks=page.inlinks,
        depth=page.depth,
        views=views,
        wanted=wanted,
        givers=tuple(givers),
    )


class _Topics:
    """What pages are about: their telling terms, weighed by how few pages have them."""

    def __init__(self, pages: Iterable[_Known]) -> None:
        self.terms = {page.id: frozenset(terms_of(f"{page.title} | {page.h1} | {page.description}")) for page in pages}
        counts = Counter(term for terms in self.terms.values() for term in terms)
        size = len(self.terms)
        self.weights = {term: log(size / number) for term, number in counts.items() if 1 < number <= max(SMALL, size * COMMON)}
        self.having: dict[str, list[int]] = defaultdict(list)
        for id, terms in self.terms.items():
            for term in terms:
                if term in self.weights:
                    self.having[term].append(id)

    def nearest(self, page: _Known, givers: Sequence[_Known], *, without: set[int]) -> list[Giver]:
        """The givers that share most with `page`, weighed by their equity; two shared terms at least."""
        scores: dict[int, float] = defaultdict(float)
        shared: dict[int, list[str]] = defaultdict(list)
        for term in sorted(self.terms[page.id] & self.weights.keys(), key=lambda term: (-self.weights[term], term)):
            for id in self.having[term]:
                scores[id] += self.weights[term]
                shared[id].append(term)
        may = [one for one in givers if one.id not in without and len(shared.get(one.id, ())) >= 2 and one.equity > page.equity]
        may.sort(key=lambda one: (-scores[one.id] * log(2 + one.equity), one.url))
        return [
            Giver(url=one.url, title=one.title, equity=round(one.equity, 2), shared=tuple(shared[one.id][:4])) for one in may[:MOST_SOURCES]
        ]


_COLUMNS = (UrlRow.id, UrlRow.url, PageRow.title, PageRow.h1, PageRow.description, PageRow.words + PageRow.han, PageRow.inlinks)


def _pages(session: Session, crawl_id: int, *where: object, order: object, limit: int) -> list[_Known]:
    """Indexable pages that answer 200."""
    query = (
        select(*_COLUMNS, PageRow.equity, PageRow.click_depth)
        .join(PageRow, (PageRow.crawl_id == UrlRow.crawl_id) & (PageRow.id == UrlRow.id))
        .where(UrlRow.crawl_id == crawl_id, UrlRow.status == 200, PageRow.noindex.is_(False))
        .where((PageRow.canonical.is_(None)) | (PageRow.canonical == PageRow.id), *where)  # type: ignore[arg-type]  # conditions
        .order_by(order, UrlRow.id)  # type: ignore[arg-type]  # a column's order
        .limit(limit)
    )
    return [_Known(*row) for row in session.execute(query).tuples()]


def _weak(session: Session, crawl_id: int, named: set[str]) -> list[_Known]:
    """Pages below average equity: those named, and those that hold most text."""
    found = _pages(session, crawl_id, PageRow.equity < 1, order=(PageRow.words + PageRow.han).desc(), limit=MOST_CANDIDATES)
    rest = sorted(named - {page.url for page in found})
    for begin in range(0, len(rest), 500):
        found += _pages(session, crawl_id, PageRow.equity < 1, UrlRow.url.in_(rest[begin : begin + 500]), order=UrlRow.id, limit=500)
    return [page for page in found if page.depth != 0]


def _givers(session: Session, crawl_id: int) -> list[_Known]:
    return _pages(session, crawl_id, PageRow.nofollow.is_(False), order=PageRow.equity.desc(), limit=MOST_GIVERS)


def _busiest(visits: Mapping[str, float]) -> list[str]:
    return sorted(visits, key=lambda url: -visits[url])[:MOST_CANDIDATES]


def _linking(session: Session, crawl_id: int, targets: Sequence[int]) -> dict[int, set[int]]:
    """Pages that link to each target already."""
    found: dict[int, set[int]] = {target: set() for target in targets}
    query = select(InlinkRow.target, InlinkRow.source).where(InlinkRow.crawl_id == crawl_id, InlinkRow.target.in_(targets)).distinct()
    for target, source in session.execute(query).tuples():
        found[target].add(source)
    return found
