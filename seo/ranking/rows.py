"""One row of a position table, judged: its measurements, or why it is left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from growth import urls
from growth.language import _
from growth.tables import TableRow
from growth.workspace.fields import parse_day
from seo.crawl.scope import netloc
from seo.ranking.vocabulary import DEVICES, ENGINES, Named, figure_columns, named_in, position_columns
from seo.reading.text import folded

#: characters of a word; what is longer is no search
MOST_WORD: Final = 120
#: nobody counts further down
LAST_POSITION: Final = 1000
_NOTHING: Final = frozenset({"", "-", "--", "—", "–", "n/a", "null", "暂无"})
_OUTSIDE: Final = re.compile(
    r"第?\d+\s*[名位]?\s*(?:以外|之外|以后|开外|外|\+)|[>〉]\s*\d+|0|-+|—|–"
    r"|无|无排名|暂无排名|未上榜|未进榜|未找到|不在前\d+名?|none|n/a|not ranked"
)
_PAGE_AND_PLACE: Final = re.compile(r"第?\s*(\d{1,3})\s*页\s*,?\s*第?\s*(\d{1,2})\s*[名位条]?")
_PLAIN: Final = re.compile(r"(?:第|no\.?|top)?\s*(\d{1,4}(?:\.\d+)?)\s*[名位]?(?:\s*\(?\s*[↑↓].*)?")
#: results on a page of the engines that count in pages
_PER_PAGE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Where one page of ours (or an unnamed one) stood for a word on a day. `position` None: not among those looked at."""

    source: str
    day: date
    engine: str
    device: str
    word: str
    position: float | None
    url: str = ""
    volume: int | None = None
    clicks: int | None = None
    impressions: int | None = None

    @property
    def word_key(self) -> str:
        """The word folded, for comparing."""
        return folded(self.word)

    @property
    def digest(self) -> bytes:
        """Equal for the same word, page, source, day, engine and device; the figures are no part of it."""
        parts = (self.source, self.day.isoformat(), self.engine, self.device, self.word_key, self.url)
        return blake2b("\0".join(parts).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFigure:
    """A third party's figure of a site; `value` as written."""

    source: str
    host: str
    name: str
    day: date
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that was left out, and why; `row` is its line in the file."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What holds for every row that does not say otherwise, and what is taken as given of the site."""

    source: str
    engine: str
    device: str
    day: date
    today: date
    #: our page that the whole table is about (a filter of the export), or empty
    page: str
    hosts: frozenset[str]
    #: the start page, in normal form
    home: str


class _Wrong(Exception):
    """A cell that cannot be meant."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


def judge_positions(row: TableRow, told: Told) -> list[Measured] | Rejected:
    """The measurements of a row: one for each position column that is filled."""
    try:
        word = _word(row.values.get("word", ""))
        day = _day(row.values.get("day", ""), told)
        said = _said(row.values, told)
        url = _page(row.values.get("url", ""), told)
        figures = {column: _count(column, row.values.get(column, "")) for column in ("volume", "clicks", "impressions")}
        found = []
        for column, named in position_columns(row.values).items():
            text = row.values[column]
            if not text.strip():
                continue
            engine = named.engine or said.engine
            if not engine:
                raise _Wrong("engine", _("which search engine it is of is not said; add --engine baidu"))
            try:
                position = position_of(text)
            except ValueError as fault:
                raise _Wrong("position", str(fault)) from None
            device = named.device or said.device
            found.append(
                Measured(
                    source=told.source, day=day, engine=engine, device=device, word=word, position=position,
                    url=url if position is not None else "", **figures,
                )
            )  # fmt: skip
        if not found:
            raise _Wrong("position", _("the position is missing"))
    except _Wrong as fault:
        return Rejected(row=row.number, column=fault.column, reason=fault.reason)
    return found


def judge_figures(row: TableRow, told: Told) -> list[SiteFigure] | Rejected:
    """The third-party figures of a row."""
    try:
        day = _day(row.values.get("day", ""), told)
        host = _host(row.values.get("host", ""), told)
        found = []
        for column, (name, vendor) in figure_columns(row.values).items():
            value = unicodedata.normalize("NFKC", row.values[column]).strip()[:60]
            if value.lower() not in _NOTHING:
                found.append(SiteFigure(source=vendor or told.source, host=host, name=name, day=day, value=value))
        if not found:
            raise _Wrong("figure", _("the row has no figure"))
    except _Wrong as fault:
        return Rejected(row=row.number, column=fault.column, reason=fault.reason)
    return found


def position_of(text: str) -> float | None:
    """A position as tables write it: ``3``, ``第3名``, ``第2页第3位`` (13), ``9.6``; None for ``100+``, ``50名外``, ``-``, 0 …

    Raises ValueError for what is no position.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if match := _PAGE_AND_PLACE.fullmatch(plain):
        return float((int(match[1]) - 1) * _PER_PAGE + int(match[2]))
    if _OUTSIDE.fullmatch(plain):
        return None
    match = _PLAIN.fullmatch(plain)
    if match is None or not 0 <= float(match[1]) <= LAST_POSITION:
        raise ValueError(_("“{text}” is not a position", text=text[:40]))
    return round(float(match[1]), 2) or None


def _word(text: str) -> str:
    word = " ".join(text.split())
    if not word:
        raise _Wrong("word", _("the word is missing"))
    if len(word) > MOST_WORD:
        raise _Wrong("word", _("a word of {n} characters; {most} at most", n=len(word), most=MOST_WORD))
    return word


def _day(text: str, told: Told) -> date:
    if not text.strip():
        return told.day
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        if len(plain) == 8 and plain.isdigit():
            day = datetime.strptime(plain, "%Y%m%d").date()  # noqa: DTZ007 - a day, not an instant
        else:
            day = parse_day(plain.split(" ")[0].split("T")[0])
    except ValueError as fault:
        raise _Wrong("day", str(fault)) from None
    if day > told.today:
        raise _Wrong("day", _("{day} has not come yet", day=day.isoformat()))
    return day


def _said(values: Mapping[str, str], told: Told) -> Named:
    """Engine and device of a row: its own columns, else what holds for all."""
    engine, device = told.engine, told.device
    if text := values.get("engine", "").strip():
        named = Named(engine=text.lower()) if text.lower() in ENGINES else named_in(text)
        if not named.engine:
            raise _Wrong("engine", _("“{text}” is no search engine; known are {words}", text=text[:40], words=", ".join(ENGINES)))
        engine, device = named.engine, named.device or device
    if text := values.get("device", "").strip():
        device = text.lower() if text.lower() in DEVICES else named_in(text).device
        if not device and text.lower() not in ("tablet", "平板", "all", "全部", "所有"):
            raise _Wrong("device", _("“{text}” is no device; write desktop or mobile", text=text[:40]))
    return Named(engine=engine, device=device)


def _page(text: str, told: Told) -> str:
    """The page in normal form; empty where none is named or the export cut it off. Raises `_Wrong` for a page of another site."""
    plain = text.strip()
    if plain.lower() in _NOTHING:
        return told.page
    if plain.endswith(("…", "...")):
        return ""
    if plain.startswith("/") and not plain.startswith("//"):
        return urls.normal(plain, base=told.home)
    try:
        url = urls.normal(plain if "://" in plain else f"https://{plain.lstrip('/')}")
    except urls.NotAUrl as fault:
        raise _Wrong("url", str(fault)) from None
    if netloc(url) not in told.hosts:
        raise _Wrong("url", _("{host} is not our site", host=netloc(url)[:80]))
    return as_at_home(url, told.home)


def as_at_home(url: str, home: str) -> str:
    """A page of ours as the site itself writes it: exports leave out the scheme, keep an old one, or drop the www."""
    parts, own = urlsplit(url), urlsplit(home)
    if parts.netloc.removeprefix("www.") == own.netloc.removeprefix("www."):
        parts = parts._replace(scheme=own.scheme, netloc=own.netloc)
    return urlunsplit(parts)


def _host(text: str, told: Told) -> str:
    plain = text.strip().lower()
    if not plain:
        return netloc(told.home)
    try:
        return netloc(urls.normal(plain if "://" in plain else f"https://{plain}"))
    except urls.NotAUrl as fault:
        raise _Wrong("host", str(fault)) from None


def _count(column: str, text: str) -> int | None:
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").lower()
    if plain in _NOTHING:
        return None
    plain = plain.lstrip("<>约")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise _Wrong(column, _("“{text}” is not a number", text=text[:40])) from None
    if not number.is_finite() or not 0 <= number < Decimal("1e12"):
        raise _Wrong(column, _("“{text}” is not a number that can be meant", text=text[:40]))
    return int(number)


def best_of(measured: Iterable[Measured]) -> dict[bytes, Measured]:
    """The measurements of one file by digest; of two for the same page the better one."""
    found: dict[bytes, Measured] = {}
    for one in measured:
        known = found.get(one.digest)
        if known is None or (one.position or LAST_POSITION) < (known.position or LAST_POSITION):
            found[one.digest] = one
    return found
