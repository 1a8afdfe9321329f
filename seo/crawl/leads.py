"""What an answer leads to: its redirect and links get their numbers, in the order in which pages settle, and go to the recorder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from growth import clock
from seo.answer import Answer
from seo.crawl.frontier import Frontier, Item, Kind
from seo.crawl.record import Recorder
from seo.page import Link, LinkKind
from seo.reading import resolve
from seo.reading.addresses import css_urls
from seo.readout import Readout
from seo.verdict import Verdict

#: addresses of one style sheet that are looked at
MOST_CSS_URLS = 500
_SAME_DEPTH = frozenset({LinkKind.CANONICAL, LinkKind.HREFLANG, LinkKind.REFRESH, LinkKind.AMP})


@dataclass(slots=True)
class Done:
    """An answer that is final; of a page it waits for its turn to settle."""

    item: Item
    answer: Answer
    verdict: Verdict | None
    at: datetime
    readout: Readout | None = None


class Leads:
    """Numbers what answers lead to. Every method returns how many links there were."""

    def __init__(self, frontier: Frontier, recorder: Recorder) -> None:
        self.frontier, self.recorder = frontier, recorder

    def settle(self, done: Done) -> int:
        """A page of the site, or an address of another one."""
        redirect_to, links = self._follow(done, None)
        self._record(done, redirect_to)
        readout = done.readout
        if readout is None:
            return links
        self.recorder.page(done.item.id, readout, self._number(done.item, readout))
        return links + len(readout.links)

    def resource(self, done: Done) -> int:
        """An image, script, style sheet or form target; a style sheet leads to what it loads."""
        redirect_to, links = self._follow(done, done.item.kind)
        self._record(done, redirect_to)
        answer = done.answer
        if answer.ok and not answer.cut and answer.body and answer.media_type == "text/css":
            links += self._style_sheet(done.item, answer)
        return links

    def origin(self, done: Done) -> int | None:
        """robots.txt, a sitemap or a probe: the number of what it redirects to (a probe is not followed)."""
        item = done.item
        redirect_to = self._follow(done, item.kind)[0] if item.kind is not Kind.PROBE else None
        if item.id in self.frontier.special:
            self._record(done, redirect_to)
        return redirect_to

    def _number(self, item: Item, readout: Readout) -> int | None:
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

    def _style_sheet(self, item: Item, answer: Answer) -> int:
        links: list[Link] = []
        targets: list[int | None] = []
        for href in css_urls(answer.body.decode("utf-8", "replace"))[:MOST_CSS_URLS]:
            target, fragment, fault = resolve(href, answer.url)
            links.append(Link(LinkKind.CSS_URL, href[:2100], target, fragment, fault=fault))
            admit = self.frontier.admit
            targets.append(admit(target, found_by=LinkKind.CSS_URL, found_from=item.id, depth=item.depth + 1) if target else None)
        self._links(item.id, links, targets)
        return len(links)

    def _record(self, done: Done, redirect_to: int | None) -> None:
        item, micros = done.item, clock.to_micros(done.at)
        self.recorder.answer(item.id, done.answer, verdict=done.verdict, redirect_to=redirect_to, attempts=item.attempts, at_micros=micros)

    def _links(self, source: int, links: Sequence[Link], targets: Sequence[int | None]) -> None:
        self.recorder.links(source, zip(links, targets, strict=True))

    def _follow(self, done: Done, kind: Kind | None) -> tuple[int | None, int]:
        """The number of what an answer redirects to, and how many links that makes (one or none)."""
        item, answer = done.item, done.answer
        if not answer.redirects:
            return None, 0
        target, fragment, fault = resolve(_location(answer), answer.url)
        if target is None:
            self._links(item.id, [Link(LinkKind.REDIRECT, answer.headers["location"][:2100], None, fragment, fault=fault)], [None])
            return None, 1
        if kind is Kind.RESOURCE and not self.frontier.scope.is_internal(target):
            kind = None
        id = self.frontier.admit(target, found_by=LinkKind.REDIRECT, found_from=item.id, depth=item.depth, hops=item.hops + 1, kind=kind)
        self._links(item.id, [Link(LinkKind.REDIRECT, answer.headers["location"][:2100], target, fragment)], [id])
        return id, 1


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
