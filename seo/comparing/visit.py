"""Reading the pages of a comparison: addresses through `growth.outbound`, robots.txt of other sites obeyed, or saved files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from growth import urls
from growth.errors import GrowthError, Unreachable
from growth.language import _
from growth.outbound import Fetched, Fetcher, Limits, Reach
from growth.workspace import Workspace
from seo.answer import Answer
from seo.comparing.comparison import Comparison, as_json, compare
from seo.comparing.profile import Profile, profile_of
from seo.facts import seo_settings, site_facts, user_agent
from seo.onepage import draft, draft_of, shown
from seo.page import SiteFacts
from seo.reading import read_page
from seo.robots import Robots, parse_robots, verdict
from seo.rules import rules_of
from seo.verdict import challenge_in

#: pages that ours is compared with at most
MOST_COMPETITORS = 10
LIMITS = Limits(size_bytes=10 * 1024 * 1024, total=timedelta(seconds=20))
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_HOPS = 10
#: the comment that browsers put into a page that they save
_SAVED = re.compile(rb"<!--\s*saved from url=\(\d+\)(https?://[^\s>]{4,2000})")


class NotComparable(GrowthError):
    """A page that was reached and cannot be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A page of ours that is not online yet: what it is called, and its HTML."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A page of theirs that could not be compared, and why."""

    url: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The comparison, and what could not be read."""

    comparison: Comparison
    unread: tuple[Unread, ...]

    def as_json(self) -> dict[str, Any]:
        """For ``growth seo compare --json``."""
        return {**as_json(self.comparison), "unread": [{"url": one.url, "why": one.why} for one in self.unread]}


def reach_of(workspace: Workspace, *, allow_private: bool) -> Reach:
    """The site's own door, and private addresses only where the caller may ask for them."""
    site = workspace.settings.site
    return Reach.of_site(site.url, *site.own_hosts, allow_private=allow_private)


def compare_pages(
    workspace: Workspace,
    page: str | Draft,
    competitors: Sequence[str],
    *,
    now: datetime,
    reach: Reach,
    files: bool = True,
    tell: Callable[[int], None] = lambda _done: None,
) -> Compared:
    """Read `page` and `competitors` (addresses, or files where `files` allows them) and compare them. A page of ours that
    `seo.crawl.javascript` names is shown to a browser first.

    Raises where ours cannot be read, or none of theirs; one of theirs that cannot be read is listed with the reason.
    """
    ours, theirs, unread = read_pages(workspace, page, competitors, now=now, reach=reach, files=files, tell=tell)
    return Compared(comparison=compare(ours, theirs), unread=unread)


def read_pages(
    workspace: Workspace,
    page: str | Draft,
    competitors: Sequence[str],
    *,
    now: datetime,
    reach: Reach,
    files: bool,
    tell: Callable[[int], None] = lambda _done: None,
) -> tuple[Profile, tuple[Profile, ...], tuple[Unread, ...]]:
    """The profiles of our page and of theirs, and what of theirs could not be read."""
    if len(competitors) > MOST_COMPETITORS:
        raise GrowthError(_("at most {n} pages are compared at once", n=MOST_COMPETITORS), fix=_("leave some out"))
    with Fetcher(reach, limits=LIMITS, user_agent=user_agent(workspace)) as fetcher:
        visit = _Visit(workspace, fetcher, now)
        ours = visit.profile(page, files=files)
        tell(1)
        theirs, unread, faults = [], [], []
        for number, one in enumerate(competitors, 2):
            try:
                theirs.append(visit.profile(one, files=files))
            except GrowthError as fault:
                unread.append(Unread(url=one, why=fault.message))
                faults.append(fault)
            tell(number)
    if not theirs:
        kind = Unreachable if faults and all(isinstance(fault, Unreachable) for fault in faults) else GrowthError
        why = "; ".join(one.why for one in unread)
        raise kind(_("none of the other pages could be read: {why}", why=why), fix=_("save the page in a browser and give the file"))
    return ours, tuple(theirs), tuple(unread)


class _Visit:
    """Reads the pages of one comparison; remembers each site's robots.txt."""

    def __init__(self, workspace: Workspace, fetcher: Fetcher, now: datetime) -> None:
        self.workspace, self.fetcher, self.now = workspace, fetcher, now
        self.facts = site_facts(workspace)
        self.rules = rules_of(seo_settings(workspace).checks)
        self.agent = user_agent(workspace)
        self.robots: dict[str, Robots] = {}

    def profile(self, page: str | Draft, *, files: bool) -> Profile:
        """Fetch or read, then measure by the audit's code."""
        if isinstance(page, Draft):
            return self._saved(page.name, draft_of(self.workspace, page.name, page.body))
        if "://" in page:
            answer = self._answer(_address(page))
            facts = self._facts_of(answer.url)
            if self.facts.is_internal(answer.url):
                answer = shown(self.workspace, answer, facts, self.rules)
            return profile_of(read_page(answer, facts, read_at=self.now), self.rules, name=answer.url, file=False)
        if not files:
            raise GrowthError(_("“{url}” is not a web address", url=page[:200]), fix=_("begin with https://"))
        return self._saved(page, draft(self.workspace, Path(page)))

    def _saved(self, name: str, answer: Answer) -> Profile:
        """A page from a file."""
        if (found := _SAVED.search(answer.body[:4000])) is not None:
            # a browser says where it saved the page from: then its links are those of that site
            answer = replace(answer, url=_address(found[1].decode("utf-8", "replace")))
        return profile_of(read_page(answer, self._facts_of(answer.url), read_at=self.now), self.rules, name=name, file=True)

    def _facts_of(self, url: str) -> SiteFacts:
        return self.facts if self.facts.is_internal(url) else site_facts(self.workspace, url)

    def _answer(self, url: str) -> Answer:
        """The page behind `url`; each hop asks the robots.txt of its site, so that no redirect leads past one."""
        seen = {url}
        current = url
        for _hop in range(MOST_HOPS + 1):
            self._allowed(current)
            found = self._fetched(current)
            location = found.headers.get("location", "")
            if found.status not in REDIRECTS or not location:
                return _page_in(current, found)
            try:
                current = urls.normal(location, base=current)
            except urls.NotAUrl as fault:
                raise NotComparable(_("{url} leads to “{location}”, which is no web address", url=url, location=location[:200])) from fault
            if current in seen:
                break
            seen.add(current)
        raise NotComparable(_("{url} redirects in a circle or too often", url=url), fix=_("give the address it should end at"))

    def _fetched(self, url: str) -> Fetched:
        accept = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5", "accept-language": self.workspace.settings.site.locale}
        return self.fetcher.fetch(url, headers=accept, follow=False)

    def _allowed(self, url: str) -> None:
        """Raises where the robots.txt of another site keeps us off (RFC 9309: 4xx allows, 5xx and silence do not).

        Ours is read too, though the page is ours to read: so every page is timed over a connection that is open already.
        """
        origin = urls.origin(url)
        if origin not in self.robots:
            self.robots[origin] = self._read_robots(origin)
        if self.facts.is_internal(url):
            return
        found = verdict(self.robots[origin], self.agent, url)
        if not found.allowed:
            rule = f"{_('line')} {found.line}: {found.rule}" if found.line else _("it cannot be read")
            message = _("{url} is not fetched: robots.txt of that site forbids it to programs ({rule})", url=url, rule=rule)
            raise NotComparable(message, fix=_("save the page in a browser and give the file"))

    def _read_robots(self, origin: str) -> Robots:
        found = self.fetcher.fetch(
            f"{origin}/robots.txt", limits=Limits(size_bytes=5 * 1024 * 1024, total=timedelta(seconds=10), redirects=5)
        )
        if found.status >= 500:
            return parse_robots("User-agent: *\nDisallow: /\n")
        return parse_robots(found.content if found.ok else b"")


def _address(text: str) -> str:
    try:
        return urls.normal(text)
    except urls.NotAUrl as fault:
        raise GrowthError(_("“{url}” is not a web address", url=text[:200]), fix=_("begin with https://")) from fault


def _page_in(url: str, found: Fetched) -> Answer:
    """The answer as the audit reads it. Raises NotComparable for what is no page."""
    answer = Answer(
        url=url,
        status=found.status,
        headers=found.headers,
        body=found.content,
        wire_bytes=found.wire_bytes,
        ttfb_ms=round(found.first_byte.total_seconds() * 1000),
        total_ms=round(found.elapsed.total_seconds() * 1000),
    )
    if (firewall := challenge_in(answer)) is not None:
        message = _("{url} shows a firewall's check instead of the page ({name})", url=url, name=firewall)
        raise NotComparable(message, fix=_("save the page in a browser and give the file"))
    if not answer.ok:
        raise NotComparable(
            _("{url} answers {status}", url=url, status=answer.status), fix=_("give the address of a page that answers 200")
        )
    if not answer.is_html:
        raise NotComparable(
            _("{url} is no HTML page but {kind}", url=url, kind=answer.media_type or "–"), fix=_("give the address of a page")
        )
    return answer
