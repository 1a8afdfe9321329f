"""robots.txt: groups, rules and verdicts by RFC 9309 and Google's published cases; every problem with its line.

Where we go beyond the RFC: a product token may hold digits (``360Spider``) and, for the crawlers in `SPACED`, blanks (``Sogou web
spider``); misspellings that Google's parser takes are taken (and told); ``Allow: …/index.html`` allows the folder too, as Google reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit

#: how much of a file is read, in bytes (RFC 9309 §2.5: at least 500 KiB)
MOST_BYTES = 500 * 1024
#: characters of a line that are read (Google's parser: eight URLs of 2,083)
MOST_LINE = 2083 * 8
#: crawlers whose own name has blanks
SPACED = frozenset({"sogou web spider", "sogou inst spider", "sogou news spider", "sogou spider", "sogou video spider", "sogou pic spider"})
#: the crawlers whose verdicts are compared: the engines that bring visitors in China and abroad
ENGINES = ("Baiduspider", "Sogou web spider", "360Spider", "YisouSpider", "Bytespider", "Bingbot", "Googlebot")
_ALLOW = {"allow"}
_DISALLOW = {"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"}
_AGENT = {"user-agent", "useragent", "user agent"}
_SITEMAP = {"sitemap", "site-map"}
#: directives that some engine understands; no problem, no effect here
_OTHERS = {"host", "clean-param", "request-rate", "visit-time", "noindex", "cache-delay", "content-signal"}
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_SECONDS = re.compile(r"\d{1,6}(\.\d{1,3})?")
_PRODUCT = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*)/\d")
_COMMENTED = re.compile(r"compatible;\s*([^;/)+]+)")
#: product tokens of browsers, which name no crawler
_BROWSERS = frozenset({"mozilla", "applewebkit", "chrome", "safari", "gecko", "version", "mobile", "khtml", "firefox", "opera"})


class RobotsFault(StrEnum):
    """What is wrong with a line."""

    #: no directive that is known
    UNKNOWN = "unknown-directive"
    #: a rule before any user-agent
    ORPHAN = "rule-before-user-agent"
    #: no colon
    NO_COLON = "no-colon"
    #: a misspelling that Google reads all the same
    MISSPELT = "misspelt"
    #: the path begins with neither ``/`` nor ``*``
    PATH = "path-without-slash"
    #: ``$`` inside, or ``**``
    WILDCARD = "bad-wildcard"
    #: a sitemap that is no absolute URL
    SITEMAP = "relative-sitemap"
    #: user-agent without a name
    AGENT = "empty-user-agent"
    #: bytes that are not UTF-8
    ENCODING = "encoding"


@dataclass(frozen=True, slots=True)
class Rule:
    """One allow or disallow; `pattern` in the form in which it is compared."""

    allow: bool
    pattern: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """The rules for some agents, lower case; ``*`` for all others."""

    agents: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One line that is not right."""

    line: int
    fault: RobotsFault
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """A parsed robots.txt."""

    groups: tuple[Group, ...] = ()
    #: (address as written, line)
    sitemaps: tuple[tuple[str, int], ...] = ()
    problems: tuple[Problem, ...] = ()
    size_bytes: int = 0
    #: seconds between two requests by agent, lower case (Crawl-delay: no part of the RFC; Bing and others keep it, Google does not)
    delays: Mapping[str, float] = field(default_factory=dict)
    _chosen: dict[str, tuple[Rule, ...]] = field(default_factory=dict, repr=False, compare=False)

    def rules_for(self, agent: str) -> tuple[Rule, ...]:
        """The rules that hold for an agent: those of every group that names it, else those for all."""
        if agent not in self._chosen:
            self._chosen[agent] = _rules_for(self.groups, agent)
        return self._chosen[agent]

    def crawl_delay(self, agent: str) -> float | None:
        """Seconds between two requests that the lines for an agent ask for; those for all where no group names it."""
        named = next((name for name in _names_of(agent) if any(name in group.agents for group in self.groups)), "*")
        return self.delays.get(named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a URL may be fetched, and the line that says so (None where no rule matches)."""

    allowed: bool
    line: int | None = None
    rule: str | None = None


def parse_robots(body: bytes | str) -> Robots:
    """The groups, sitemaps and problems of a robots.txt. Reads whatever it is given."""
    raw = body.encode() if isinstance(body, str) else body
    return _parse(raw[:MOST_BYTES], size=len(raw))


def verdict(robots: Robots, agent: str, url: str) -> Verdict:
    """Whether `agent` (a product token, or a whole User-Agent) may fetch `url`: the longest match wins, allow on a tie
    (RFC 9309 §2.2.2).
    """
    target = path_of(url)
    if target == "/robots.txt":
        return Verdict(allowed=True)
    best: Rule | None = None
    for rule in robots.rules_for(agent):
        if (best is None or _better(rule, best)) and matches(rule.pattern, target):
            best = rule
    return Verdict(allowed=True) if best is None else Verdict(allowed=best.allow, line=best.line, rule=best.text)


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches from the start of a path: ``*`` is anything, ``$`` at the end is the end. Linear in both."""
    anchored = pattern.endswith("$")
    pieces = (pattern[:-1] if anchored else pattern).split("*")
    if not path.startswith(pieces[0]):
        return False
    position = len(pieces[0])
    if len(pieces) == 1:
        return not anchored or position == len(path)
    for piece in pieces[1:-1]:
        found = path.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    last = pieces[-1]
    if anchored:
        return path.endswith(last) and len(path) - len(last) >= position
    return path.find(last, position) >= 0


def path_of(url: str) -> str:
    """Path and query of a URL (or of a path), escaped as rules are."""
    if "://" in url:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    else:
        path = url.partition("#")[0] or "/"
        path = path if path.startswith("/") else "/" + path
    return _escaped(path)


def _better(rule: Rule, than: Rule) -> bool:
    if len(rule.pattern) != len(than.pattern):
        return len(rule.pattern) > len(than.pattern)
    return rule.allow and not than.allow


def _rules_for(groups: tuple[Group, ...], agent: str) -> tuple[Rule, ...]:
    for name in _names_of(agent):
        named = [group for group in groups if name in group.agents]
        if named:
            return tuple(rule for group in named for rule in group.rules)
    return tuple(rule for group in groups if "*" in group.agents for rule in group.rules)


def _names_of(agent: str) -> Iterator[str]:
    """The names under which a group may mean this agent, the most telling first."""
    plain = agent.strip().lower()
    if plain in SPACED or _TOKEN.fullmatch(plain):
        yield plain
        return
    if not re.search(r"[/;(]", plain):
        return
    for spaced in sorted(SPACED, key=len, reverse=True):
        if spaced in plain:
            yield spaced
    for comment in _COMMENTED.findall(plain):
        yield from _TOKEN.findall(comment)[:1]
    products = [name for name in _PRODUCT.findall(plain) if name not in _BROWSERS]
    yield from sorted(dict.fromkeys(products), key=len, reverse=True)


def _agent_of(value: str) -> str:
    """The name that a user-agent line gives: up to the first blank or odd character, but for names known to have blanks."""
    plain = value.strip().lower()
    if plain.startswith("*"):
        # Google takes “* foo” for all; “*foo” too
        return "*"
    if plain in SPACED:
        return plain
    found = _TOKEN.match(plain)
    return found[0] if found else ""


class _Builder:
    """Groups as they grow while the lines are read."""

    def __init__(self) -> None:
        self.groups: list[tuple[list[str], list[Rule]]] = []
        self.delays: dict[str, float] = {}
        self.open = False
        self.sitemaps: list[tuple[str, int]] = []
        self.problems: list[Problem] = []

    def agent(self, value: str, line: int, text: str) -> None:
        name = _agent_of(value)
        if not name:
            self.problems.append(Problem(line, RobotsFault.AGENT, text))
        if not self.open:
            self.groups.append(([], []))
            self.open = True
        if name:
            self.groups[-1][0].append(name)

    def delay(self, value: str) -> None:
        """A Crawl-delay holds for the agents named before it in its group, the first of several. What is no number is left, as
        crawlers do.
        """
        if self.groups and (found := _SECONDS.fullmatch(value)):
            for agent in self.groups[-1][0]:
                self.delays.setdefault(agent, float(found[0]))

    def rule(self, allow: bool, value: str, line: int, text: str) -> None:
        if not self.groups:
            self.problems.append(Problem(line, RobotsFault.ORPHAN, text))
            return
        self.open = False
        if not value:
            return
        if value[0] not in "/*":
            self.problems.append(Problem(line, RobotsFault.PATH, text))
        elif "$" in value[:-1] or "**" in value:
            self.problems.append(Problem(line, RobotsFault.WILDCARD, text))
        pattern = _escaped(value)
        rules = self.groups[-1][1]
        rules.append(Rule(allow, pattern, line, text))
        if allow and (found := re.search(r"/index\.html?$", pattern)):
            rules.append(Rule(True, pattern[: found.start() + 1] + "$", line, text))


def _parse(raw: bytes, *, size: int) -> Robots:
    build = _Builder()
    body = raw.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xef\xbb").removeprefix(b"\xef") if raw[:1] == b"\xef" else raw
    for number, line in enumerate(re.split(rb"\r\n|\n|\r", body), 1):
        try:
            text = line[:MOST_LINE].decode()
        except UnicodeDecodeError:
            text = line[:MOST_LINE].decode("utf-8", "replace")
            build.problems.append(Problem(number, RobotsFault.ENCODING, text[:200]))
        _line(build, text, number)
    groups = tuple(Group(tuple(agents), tuple(rules)) for agents, rules in build.groups)
    return Robots(groups=groups, sitemaps=tuple(build.sitemaps), problems=tuple(build.problems), size_bytes=size, delays=dict(build.delays))


def _line(build: _Builder, whole: str, number: int) -> None:
    text = whole.partition("#")[0].strip(" \t\0\ufeff")
    if not text:
        return
    key, colon, value = text.partition(":")
    if not colon:
        # “user-agent FooBot”: Google takes a blank for the colon where there are two words
        words = text.split()
        key, value = (words[0], words[1]) if len(words) == 2 else (text, "")
        build.problems.append(Problem(number, RobotsFault.NO_COLON, text[:200]))
        if len(words) != 2:
            return
    key, value = key.strip().lower(), value.strip()
    shown = text[:200]
    if key in _AGENT:
        if key != "user-agent" and colon:
            build.problems.append(Problem(number, RobotsFault.MISSPELT, shown))
        build.agent(value, number, shown)
    elif key in _ALLOW or key in _DISALLOW:
        if key not in ("allow", "disallow"):
            build.problems.append(Problem(number, RobotsFault.MISSPELT, shown))
        build.rule(key in _ALLOW, value, number, shown)
    elif key == "crawl-delay":
        build.delay(value)
    elif key in _SITEMAP:
        build.sitemaps.append((value, number))
        if not re.match(r"https?://[^/]", value, re.I):
            build.problems.append(Problem(number, RobotsFault.SITEMAP, shown))
    elif key not in _OTHERS and colon:
        build.problems.append(Problem(number, RobotsFault.UNKNOWN, shown))


def _escaped(path: str) -> str:
    """Octets outside of ASCII escaped, escapes upper-case, those of unreserved characters undone (RFC 9309 §2.2.2)."""

    def one(match: re.Match[str]) -> str:
        character = unquote(match[0], "latin-1")
        return character if character.isascii() and (character.isalnum() or character in "-._~") else match[0].upper()

    return re.sub(r"%[0-9A-Fa-f]{2}", one, quote(path, safe="%/:?#[]@!$&'()*+,;=~|{}^`\"<>\\ "))
