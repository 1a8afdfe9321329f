"""`Site`: a whole crawl as cross-page checks see it. Everything it offers is one pass over the store, so that checks stay linear in pages.

Pages, targets and links come in the order of their URLs: so findings that name a first page, or the first hundred, are the same in every
crawl.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import Select, bindparam, select, tuple_
from sqlalchemy.orm import Session

from seo import links as stored
from seo.bulk import batches
from seo.crawl.frontier import Kind, State
from seo.models import InlinkRow, LinkRow, OriginRow, PageRow, SitemapEntryRow, SitemapRow, TextRow, UrlRow
from seo.page import LinkKind, SiteFacts
from seo.robots import Robots, parse_robots
from seo.summary import unsheet

#: sources of one cause that a finding lists; its count says how many there are
MOST_SOURCES = 100
#: targets whose sources one query asks for
AT_ONCE = 200
#: URLs that are remembered by number
MOST_KNOWN = 100_000


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A URL as a check reports it."""

    id: int
    url: str
    internal: bool
    kind: str
    state: str
    reason: str | None
    status: int | None
    fault: str | None
    verdict: str | None
    media_type: str | None
    redirect_to: int | None
    depth: int


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A link to something, with the page it is on."""

    page_id: int
    url: str
    line: int
    column: int
    anchor: str
    place: str
    kind: str
    fragment: str
    rel: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """For the detail of a finding."""
        return {"url": self.url, "line": self.line, "column": self.column, "anchor": self.anchor, "place": self.place, "kind": self.kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A redirect from its first address to its end. In a circle the last step is one that was there before."""

    steps: tuple[Target, ...]
    loops: bool

    @property
    def hops(self) -> int:
        """Redirects in it."""
        return len(self.steps) - 1

    @property
    def circle(self) -> frozenset[int]:
        """The addresses that run in a circle."""
        ids = [step.id for step in self.steps]
        return frozenset(ids[ids.index(ids[-1]) :])

    @property
    def urls_of_circle(self) -> list[str]:
        """Their texts."""
        return [step.url for step in self.steps if step.id in self.circle]

    def as_json(self) -> list[dict[str, object]]:
        """For the detail of a finding."""
        return [{"url": step.url, "status": step.status} for step in self.steps]


class PageFacts(msgspec.Struct, frozen=True):
    """A page's row, as far as cross-page checks need it."""

    id: int
    url: str
    title: str
    description: str
    h1: str
    lang: str | None
    canonical: int | None
    noindex: bool
    words: int
    han: int
    text_hash: int
    sketch: bytes
    depth: int
    click_depth: int | None
    inlinks: int
    found_by: str

    @property
    def indexable(self) -> bool:
        """Whether engines may take this very URL into their index."""
        return not self.noindex and (self.canonical is None or self.canonical == self.id)


@dataclass(kw_only=True)
class Site:
    """A crawl that has been walked. `session` reads the crawl store, `main` the main store."""

    session: Session
    main: Session
    crawl_id: int
    facts: SiteFacts
    complete: bool
    previous_id: int | None = None
    user_agent: str = ""
    robots_obeyed: bool = True
    #: whether a browser rendered pages
    rendered: bool = False
    now: Any = None
    #: what the site answers to addresses that cannot exist, by origin
    probes: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    #: what the home page's address answers under another host or scheme
    variants: Sequence[Mapping[str, Any]] = ()
    #: landing pages asked for with campaign parameters: {url, location}
    marked: Sequence[Mapping[str, Any]] = ()
    #: the IndexNow key file: {url, status, text, location}
    key_file: Mapping[str, Any] | None = None
    #: foreign addresses that did not work in an earlier crawl either
    broken_before: frozenset[str] = frozenset()
    _known: dict[int, Target] = field(default_factory=dict, repr=False)
    certificates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def home_id(self) -> int | None:
        """The number of the home page."""
        return self.id_of(self.facts.home)

    @cached_property
    def home(self) -> PageFacts | None:
        """The home page, redirects followed."""
        id = self.home_id
        return self.page(self.end_of(id)) if id is not None else None

    @cached_property
    def origins(self) -> list[OriginRow]:
        """Origins whose robots.txt was asked for."""
        return list(self.session.scalars(select(OriginRow).where(OriginRow.crawl_id == self.crawl_id).order_by(OriginRow.robots_url_id)))

    @cached_property
    def robots(self) -> dict[str, Robots]:
        """The parsed robots.txt of each origin that has one."""
        return {row.origin: parse_robots(row.robots_text) for row in self.origins if row.robots_status and 200 <= row.robots_status < 300}

    @cached_property
    def sitemaps(self) -> list[tuple[SitemapRow, str, list[dict[str, Any]]]]:
        """(row, URL, problems) of each sitemap that was read."""
        query = (
            select(SitemapRow, UrlRow.url)
            .join(UrlRow, _same(SitemapRow.id))
            .where(SitemapRow.crawl_id == self.crawl_id)
            .order_by(SitemapRow.id)
        )
        return [(row, url, json.loads(row.problems)) for row, url in self.session.execute(query)]

    @cached_property
    def redirects(self) -> dict[int, int]:
        """Where each redirecting URL points, one hop."""
        query = select(UrlRow.id, UrlRow.redirect_to).where(UrlRow.crawl_id == self.crawl_id, UrlRow.redirect_to.is_not(None))
        return {id: to for id, to in self.session.execute(query) if to is not None}

    def hops_of(self, id: int) -> list[int]:
        """The URL and all it redirects to, in order; a loop ends where it closes."""
        hops = [id]
        seen = {id}
        while (following := self.redirects.get(hops[-1])) is not None:
            hops.append(following)
            if following in seen:
                break
            seen.add(following)
        return hops

    def end_of(self, id: int) -> int:
        """Where a URL ends up after its redirects (itself where it has none, or runs in a circle)."""
        hops = self.hops_of(id)
        return hops[-1] if len(set(hops)) == len(hops) else id

    def chains(self) -> Iterator[Chain]:
        """Each redirect of the site once, from an address that no other redirects to (a circle that nothing leads into: from its first)."""
        pointed = set(self.redirects.values())
        done: set[int] = set()
        heads = [id for id in self.redirects if id not in pointed]
        self._remember(pointed.union(self.redirects))
        for id in [*heads, *sorted(pointed & set(self.redirects))]:
            if id in done:
                continue
            ids = self.hops_of(id)
            done.update(ids)
            loops = len(set(ids)) < len(ids)
            if id in pointed and not loops:
                continue
            steps = tuple(self.target(step) for step in ids)
            if steps[0].internal and steps[0].kind == Kind.PAGE:
                yield Chain(steps=steps, loops=loops)

    def id_of(self, url: str) -> int | None:
        """The number of a URL in this crawl."""
        return self.session.scalar(select(UrlRow.id).where(UrlRow.crawl_id == self.crawl_id, UrlRow.url == url))

    def target(self, id: int) -> Target:
        """A URL by number."""
        found = self._known.get(id)
        if found is None:
            row = self.session.execute(_TARGET, {"crawl": self.crawl_id, "id": id}).one()
            found = Target(**row._mapping)
            if len(self._known) < MOST_KNOWN:
                self._known[id] = found
        return found

    def _remember(self, ids: Iterable[int]) -> None:
        """Get many targets at once, for `target` to find."""
        missing = sorted(id for id in ids if id not in self._known)[: MOST_KNOWN - len(self._known)]
        for begin in range(0, len(missing), 500):
            query = select(*(_url[name] for name in _TARGET_COLUMNS))
            for row in self.session.execute(query.where(_url.crawl_id == self.crawl_id, _url.id.in_(missing[begin : begin + 500]))):
                self._known[row.id] = Target(**row._mapping)

    def urls_by_id(self, ids: Sequence[int]) -> dict[int, str]:
        """The texts of URLs."""
        found: dict[int, str] = {}
        for begin in range(0, len(ids), 500):
            query = select(UrlRow.id, UrlRow.url).where(UrlRow.crawl_id == self.crawl_id, UrlRow.id.in_(ids[begin : begin + 500]))
            found.update(self.session.execute(query).tuples().all())
        return found

    def targets(self, query: Select[UrlRow]) -> Iterator[Target]:
        """The URLs of a query over `UrlRow`, which need not name the crawl."""
        columns = query.with_only_columns(*(getattr(UrlRow, name) for name in _TARGET_COLUMNS))
        for row in self.session.execute(columns.where(UrlRow.crawl_id == self.crawl_id).order_by(UrlRow.url)):
            yield Target(**row._mapping)

    def internal(self, *where: Any) -> Iterator[Target]:
        """Pages and other documents of the site that were fetched (resources, robots.txt, sitemaps and probes left out)."""
        yield from self.targets(
            select(UrlRow).where(UrlRow.internal.is_(True), UrlRow.kind == Kind.PAGE.value, UrlRow.state == State.FETCHED.value, *where)
        )

    def page(self, id: int) -> PageFacts | None:
        """One page by number."""
        return next(self.pages(PageRow.id == id), None)

    def pages(self, *where: Any) -> Iterator[PageFacts]:
        """The HTML pages that were read, in order."""
        query = _PAGES.where(_page.crawl_id == self.crawl_id, *where).order_by(_url.url)
        rows: Iterable[Any] = self.session.execute(query.execution_options(yield_per=2000))
        for row in rows:
            yield PageFacts(*row)

    def sheet(self, id: int) -> dict[str, Any]:
        """The rest of what the crawler saw of a page."""
        packed = self.session.scalar(select(PageRow.sheet).where(PageRow.crawl_id == self.crawl_id, PageRow.id == id))
        return unsheet(packed) if packed else {}

    def sources_of(
        self, ids: Sequence[int], *, kinds: Sequence[int] | None = None, most: int = MOST_SOURCES
    ) -> tuple[list[Source], int, int]:
        """Links that lead to any of `ids`: the first `most` of different pages in order, how many pages, how many links."""
        found: list[Source] = []
        pages: set[int] = set()
        links = 0
        values = {"crawl": self.crawl_id, "targets": list(ids), "kinds": list(_ANY_KIND if kinds is None else kinds)}
        for row in self.session.execute(_SOURCES, values):
            links += 1
            if row.source not in pages and len(found) < most:
                found.append(source_of(row, row.url, row.text))
            pages.add(row.source)
        return found, len(pages), links

    def sources_of_each(
        self, ids: Iterable[int], *, kinds: Sequence[int] | None = None, most: int = MOST_SOURCES
    ) -> Iterator[tuple[list[Source], int, int]]:
        """`sources_of` each of many URLs, in their order; some hundreds a query."""
        kinds = list(_ANY_KIND if kinds is None else kinds)
        for some in batches(ids, AT_ONCE):
            found: dict[int, list[Source]] = {id: [] for id in some}
            pages: dict[int, set[int]] = {id: set() for id in some}
            links = dict.fromkeys(some, 0)
            for row in self.session.execute(_SOURCES, {"crawl": self.crawl_id, "targets": some, "kinds": kinds}):
                target = row.target
                links[target] += 1
                if row.source not in pages[target] and len(found[target]) < most:
                    found[target].append(source_of(row, row.url, row.text))
                pages[target].add(row.source)
            for id in some:
                yield found[id], len(pages[id]), links[id]

    def sources_at(self, places: Sequence[tuple[int, int]], *, most: int = MOST_SOURCES) -> list[Source]:
        """The links at (page, position), the first of each page, `most` at most."""
        firsts: dict[int, int] = {}
        for source, position in places:
            firsts.setdefault(source, position)
        found = []
        for link, url, anchor in self.links(tuple_(LinkRow.source, LinkRow.position).in_(list(firsts.items())[:most])):
            found.append(source_of(link, url, anchor))
        return found

    def anchors_of(self, ids: Sequence[int]) -> Iterator[tuple[int, frozenset[str]]]:
        """(page, ids that fragments may point at) of those of `ids` that are HTML pages that were read."""
        query = select(PageRow.id, PageRow.anchors).where(PageRow.crawl_id == self.crawl_id, PageRow.id.in_(ids))
        for id, packed in self.session.execute(query).tuples():
            yield id, frozenset(zlib.decompress(packed).decode().split("\n")) if packed else frozenset()

    def links(self, *where: Any) -> Iterator[tuple[Any, str, str]]:
        """(row of a link, source URL, anchor) of the links that fit, in order. Filter sharply: there may be millions."""
        query = _LINKS.where(_link.crawl_id == self.crawl_id, *where).order_by(_url.url, _link.position)
        rows: Iterable[Any] = self.session.execute(query.execution_options(yield_per=2000))
        for row in rows:
            yield row, row.url, row.text or ""

    def listed(self) -> Iterator[tuple[int, int, str | None]]:
        """(sitemap, URL, lastmod) of all sitemap entries."""
        query = select(SitemapEntryRow.sitemap_id, SitemapEntryRow.target, SitemapEntryRow.lastmod).where(
            SitemapEntryRow.crawl_id == self.crawl_id
        )
        yield from self.session.execute(
            query.order_by(SitemapEntryRow.sitemap_id, SitemapEntryRow.position).execution_options(yield_per=5000)
        ).tuples()


def source_of(row: Any, url: str, anchor: str | None) -> Source:
    """A stored link as a source."""
    return Source(
        page_id=row.source,
        url=url,
        line=row.line,
        column=row.column,
        anchor=anchor or "",
        place=stored.place_of(row.flags).value,
        kind=stored.KINDS[row.kind].value,
        fragment=row.fragment or "",
        rel=tuple(stored.rel_words(row.flags)),
    )


def _same(id: Any) -> Any:
    """The URL row of a page or sitemap row."""
    table = id.class_
    return (UrlRow.crawl_id == table.crawl_id) & (UrlRow.id == id)


# statements made once: SQLAlchemy then compiles them once, and a site has thousands of targets
_link, _inlink, _text = LinkRow.__table__.c, InlinkRow.__table__.c, TextRow.__table__.c
_page, _url = PageRow.__table__.c, UrlRow.__table__.c
_ANY_KIND = tuple(number for number, kind in enumerate(stored.KINDS) if kind is not LinkKind.REDIRECT)
_SOURCES = (
    select(_inlink.target, _link.source, _link.line, _link.column, _link.flags, _link.kind, _link.fragment, _url.url, _text.text)
    .select_from(InlinkRow.__table__)
    .join(LinkRow.__table__, (_link.crawl_id == _inlink.crawl_id) & (_link.source == _inlink.source) & (_link.position == _inlink.position))
    .join(UrlRow.__table__, (_url.crawl_id == _inlink.crawl_id) & (_url.id == _inlink.source))
    .outerjoin(TextRow.__table__, (_text.crawl_id == _link.crawl_id) & (_text.id == _link.text_id))
    .where(
        _inlink.crawl_id == bindparam("crawl"),
        _inlink.target.in_(bindparam("targets", expanding=True)),
        _link.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(_url.url, _inlink.position)
)
_LINKS = (
    select(*_link, _url.url, _text.text)
    .join_from(LinkRow.__table__, UrlRow.__table__, (_url.crawl_id == _link.crawl_id) & (_url.id == _link.source))
    .outerjoin(TextRow.__table__, (_text.crawl_id == _link.crawl_id) & (_text.id == _link.text_id))
)
_PAGES = select(
    *(_page.id, _url.url, _page.title, _page.description, _page.h1, _page.lang, _page.canonical, _page.noindex, _page.words, _page.han),
    *(_page.text_hash, _page.sketch, _url.depth, _page.click_depth, _page.inlinks, _url.found_by),
).join_from(PageRow.__table__, UrlRow.__table__, (_url.crawl_id == _page.crawl_id) & (_url.id == _page.id))
_TARGET_COLUMNS = ("id", "url", "internal", "kind", "state", "reason", "status", "fault", "verdict", "media_type", "redirect_to", "depth")
_TARGET = select(*(_url[name] for name in _TARGET_COLUMNS)).where(_url.crawl_id == bindparam("crawl"), _url.id == bindparam("id"))
