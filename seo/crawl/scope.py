"""Which URLs belong to the crawl, and why the others do not: every URL that is not fetched keeps its reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from growth import urls
from seo.robots import matches

if TYPE_CHECKING:
    from seo.settings import CrawlSettings


class Reason(StrEnum):
    """Why a URL was not fetched."""

    #: robots.txt disallows it
    ROBOTS = "robots"
    #: robots.txt of its host could not be read, which disallows everything
    ROBOTS_UNREACHABLE = "robots-unreachable"
    #: matches `exclude`
    EXCLUDED = "excluded"
    #: `include` is given and does not match
    NOT_INCLUDED = "not-included"
    #: deeper than `max_depth`
    DEPTH = "depth"
    #: past `max_pages`
    BUDGET = "budget"
    #: on another site of which enough addresses were looked at this time; it has its turn in a later crawl
    HOST_BUDGET = "host-budget"
    #: one of too many that differ in parameters only, or its path repeats itself
    TRAP = "trap"
    #: more than ten redirects in a row
    REDIRECTS = "redirects"
    #: on another site while `external_links` is off
    EXTERNAL = "external"
    #: a private address
    PRIVATE = "private-address"
    #: longer than any server reads
    LENGTH = "length"
    #: named by a check, not by a link
    NAMED = "named"
    #: the crawl was stopped because the site refuses it
    REFUSED = "refused"


#: redirects that are followed in a row (Google follows 10)
MOST_HOPS = 10
#: URLs of one path that differ in parameters only, and how often a segment may come again
MOST_VARIANTS = 1000
MOST_REPEATS = 3
LONGEST_URL = 8000
_SESSION = re.compile(r";[a-z]*session[a-z]*=[^/?#]*", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The rules of one crawl: hosts as they stand in normal URLs, patterns, depth."""

    hosts: frozenset[str]
    settings: CrawlSettings

    def is_internal(self, url: str) -> bool:
        """Whether a normal URL is on the site."""
        return netloc(url) in self.hosts

    def normal(self, url: str) -> str:
        """`url` without the parameters that make no other page."""
        return urls.without_parameters(url, frozenset(self.settings.strip_params)) if self.settings.strip_params and "?" in url else url

    def refusal(self, url: str, depth: int, hops: int) -> Reason | None:
        """Why an internal page is not to be fetched, as far as the URL tells."""
        if len(url) > LONGEST_URL:
            return Reason.LENGTH
        if hops > MOST_HOPS:
            return Reason.REDIRECTS
        if depth > self.settings.max_depth:
            return Reason.DEPTH
        if self.settings.exclude or self.settings.include:
            path = path_and_query(url)
            if _any(self.settings.exclude, path):
                return Reason.EXCLUDED
            if self.settings.include and depth > 0 and not _any(self.settings.include, path):
                return Reason.NOT_INCLUDED
        return None


class Traps:
    """Counts what makes endless URL spaces (F21). Each path with parameters has a budget; a path that repeats its own segments has none."""

    def __init__(self, counts: Iterable[tuple[str, int]] = ()) -> None:
        self.variants: Counter[str] = Counter(dict(counts))

    def springs(self, url: str) -> bool:
        """Whether `url`, which is new, leads into a trap; it is counted either way."""
        before, mark, _query = url.partition("?")
        if repeats(before):
            return True
        path = _SESSION.sub("", before) if ";" in before else before
        if not mark and path == before:
            return False
        self.variants[path] += 1
        return self.variants[path] > MOST_VARIANTS


def repeats(path: str) -> bool:
    """Whether a segment of the path comes three times or more (``/a/a/a/``, ``/x/y/x/y/x/y``); short numbers may repeat in dates."""
    parts = [part for part in path.split("/")[3:] if part]
    if len(parts) < MOST_REPEATS:
        return False
    name, times = Counter(parts).most_common(1)[0]
    return times >= MOST_REPEATS and not (name.isdigit() and len(name) <= 2 and times == MOST_REPEATS)


def shortened(path: str) -> str:
    """A path that repeats itself, cut where a segment comes for the second time."""
    parts = path.split("/")
    seen: set[str] = set()
    for place, part in enumerate(parts[3:], 3):
        if part in seen:
            return "/".join(parts[:place]) + "/…"
        if part:
            seen.add(part)
    return path


def netloc(url: str) -> str:
    """Host and port as they stand in a normal URL."""
    start = url.find("//") + 2
    end = len(url)
    for mark in "/?#":
        found = url.find(mark, start, end)
        if found >= 0:
            end = found
    return url[start:end]


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    return url[: url.find("//") + 2] + netloc(url)


def path_and_query(url: str) -> str:
    """What patterns are matched against."""
    rest = url[url.find("//") + 2 :]
    slash = rest.find("/")
    return rest[slash:] if slash >= 0 else "/"


def hosts_of(start_url: str, own_hosts: Iterable[str]) -> frozenset[str]:
    """The site's hosts: that of the start page, with and without www, and its own others. A port belongs to the host."""
    parts = urlsplit(start_url)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    shown = f"[{host}]" if ":" in host else host
    found = {shown + port}
    if not re.fullmatch(r"[\d.]+|\[.*\]|localhost", shown):
        found.add((shown.removeprefix("www.") if shown.startswith("www.") else f"www.{shown}") + port)
    found.update(one if ":" in one or not port else one + port for one in own_hosts)
    found.update(own_hosts)
    return frozenset(found)


def _any(patterns: tuple[str, ...], path: str) -> bool:
    return any(matches(pattern, path) for pattern in patterns)
