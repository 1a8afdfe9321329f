"""Positions and third-party figures from exports of 站长之家, 爱站, 5118 and Search Console, or a table of one's own.

The whole file is judged before anything is kept. What is wrong in one row stops no other; the same file twice counts once; a later file
replaces what an earlier one of the same source, day, engine and device said of a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from growth import clock, urls
from growth.db import Database, own_headers
from growth.errors import GrowthError
from growth.language import _
from growth.tables import read_table
from growth.workspace import hint_for
from growth.workspace.fields import parse_day
from seo.crawl.scope import hosts_of
from seo.ranking.parts import Part, Parts, parts_of
from seo.ranking.rows import Measured, Rejected, SiteFigure, Told, as_at_home, best_of, judge_figures, judge_positions
from seo.ranking.store import Outcome, keep_figures, keep_positions
from seo.ranking.vocabulary import DEVICES, ENGINES, OWN, columns, named_in, vendor_of

K = TypeVar("K")
#: words a transaction
BATCH: Final = 300
_SOURCE: Final = re.compile(r"[\w.-]{1,40}")
_DATE_IN_NAME: Final = re.compile(r"(?<!\d)(20\d\d)(?:(\d\d)(\d\d)|[-_./年](\d{1,2})[-_./月](\d{1,2}))(?!\d)")


class DayFrom(StrEnum):
    """Where the day of the rows that name none comes from."""

    #: the command said it
    OPTION = "option"
    #: the file's name
    NAME = "name"
    #: nothing says it: the day of the import
    TODAY = "today"


@dataclass(slots=True, kw_only=True)
class PositionImport:
    """What an import did. `rows` = `created` + `updated` + `unchanged` + rejected."""

    source: str
    day: date
    day_from: DayFrom
    engines: tuple[str, ...] = ()
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    #: third-party figures of sites that were read
    figures: int = 0
    #: tables of the export that say nothing here
    left_out: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> None:
        """One row more."""
        setattr(self, outcome.value, getattr(self, outcome.value) + 1)

    def as_json(self) -> dict[str, object]:
        """The shape of ``growth seo keywords import --json``."""
        names = ("source", "day", "day_from", "engines", "rows", "created", "updated", "unchanged", "rejected", "figures", "left_out")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the person who imports says of the whole file; None where they leave it to the file."""

    source: str | None = None
    engine: str | None = None
    device: str | None = None
    day: date | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def import_positions(database: Database, path: Path, *, now: datetime, given: Given | None = None, dry_run: bool = False) -> PositionImport:
    """Read `path` and keep what it says. With `dry_run` the same verdicts, and nothing is kept.

    Raises TableUnreadable for what holds no such table, GrowthError for an option that cannot be meant: then nothing was kept.
    """
    given = given or Given()
    _check(given)
    own = own_headers(database, kind="keywords", new=given.headers, columns=columns(), remember=not dry_run)
    with parts_of(path, own) as parts:
        told, day_from = _told(database, path, parts, given, now)
        result = PositionImport(source=told.source, day=told.day, day_from=day_from, left_out=parts.left_out)
        positions: list[list[Measured]] = []
        figures: list[list[SiteFigure]] = []
        for part in parts.tables:
            for judged in _judged(part, told):
                result.rows += 1
                if isinstance(judged, Rejected):
                    result.rejected.append(judged)
                elif part.has_positions:
                    positions.append([one for one in judged if isinstance(one, Measured)])
                else:
                    figures.append([one for one in judged if isinstance(one, SiteFigure)])
    result.engines = tuple(dict.fromkeys(one.engine for row in positions for one in row))
    result.figures = sum(map(len, figures))
    for outcome in (*_keep_positions(database, positions, dry_run), *_keep_figures(database, figures, dry_run)):
        result.count(outcome)
    return result


def _judged(part: Part, told: Told) -> Iterator[Sequence[Measured] | Sequence[SiteFigure] | Rejected]:
    judge = judge_positions if part.has_positions else judge_figures
    for row in read_table(part.path, columns=part.columns, skip=part.skip, sheet=part.sheet):
        yield judge(row, told)


def _keep_positions(database: Database, rows: list[list[Measured]], dry_run: bool) -> list[Outcome]:
    """Keep the rows of a file, a few hundred words a transaction; what became of each row."""
    best = best_of(one for row in rows for one in row)
    by_word: dict[str, list[Measured]] = {}
    for one in best.values():
        by_word.setdefault(one.word_key, []).append(one)
    outcomes: dict[bytes, Outcome] = {}
    words = list(by_word)
    for start in range(0, len(words), BATCH):
        batch = [one for word in words[start : start + BATCH] for one in by_word[word]]
        with database.read() if dry_run else database.write() as session:
            outcomes |= keep_positions(session, batch, dry_run=dry_run)
    return list(_of_rows([[one.digest for one in row] for row in rows], outcomes))


def _keep_figures(database: Database, rows: list[list[SiteFigure]], dry_run: bool) -> list[Outcome]:
    """Keep third-party figures; what became of each row."""
    flat = {(one.source, one.host, one.name, one.day): one for row in rows for one in row}
    with database.read() if dry_run else database.write() as session:
        outcomes = keep_figures(session, list(flat.values()), dry_run=dry_run)
    return list(_of_rows([[(one.source, one.host, one.name, one.day) for one in row] for row in rows], outcomes))


def _of_rows(rows: Iterable[Sequence[K]], outcomes: Mapping[K, Outcome]) -> Iterator[Outcome]:
    """The outcome of each row: the strongest of what it holds; what an earlier row of the file said already changes nothing."""
    seen: set[K] = set()
    for keys in rows:
        fresh = [outcomes[key] for key in keys if key not in seen]
        seen.update(keys)
        yield min(fresh, key=list(Outcome).index, default=Outcome.UNCHANGED)


def _told(database: Database, path: Path, parts: Parts, given: Given, now: datetime) -> tuple[Told, DayFrom]:
    """What holds for the rows that do not say otherwise: the option, the export's filters, the file's name, the vendor."""
    workspace = database.workspace
    today = clock.site_day(now, workspace.zone)
    home = urls.normal(workspace.settings.site.url)
    vendor = next((found for part in parts.tables if (found := vendor_of(part.header, path.name))), None)
    named = named_in(path.stem)
    if given.day is not None:
        day, day_from = given.day, DayFrom.OPTION
    elif (in_name := _day_in(path.stem)) is not None and in_name <= today:
        day, day_from = in_name, DayFrom.NAME
    else:
        day, day_from = today, DayFrom.TODAY
    if day > today:
        raise GrowthError(_("{day} has not come yet", day=day.isoformat()), fix=f"--day {today.isoformat()}")
    told = Told(
        source=given.source or (vendor.name if vendor else OWN),
        engine=given.engine or named.engine or (vendor.engine if vendor else ""),
        device=given.device or named_in(parts.filters.get("device", "")).device or named.device,
        day=day,
        today=today,
        page=_filtered_page(parts.filters.get("page", ""), home),
        hosts=hosts_of(home, workspace.settings.site.own_hosts),
        home=home,
    )
    return told, day_from


def _filtered_page(text: str, home: str) -> str:
    """The one page that an export was filtered by; a part of an address is none."""
    try:
        return as_at_home(urls.normal(text), home) if "://" in text else ""
    except urls.NotAUrl:
        return ""


def _day_in(name: str) -> date | None:
    match = _DATE_IN_NAME.search(unicodedata.normalize("NFKC", name))
    if match is None:
        return None
    try:
        return parse_day("-".join(filter(None, match.groups())))
    except ValueError:
        return None


def _check(given: Given) -> None:
    for option, value, allowed in (("engine", given.engine, ENGINES), ("device", given.device, DEVICES)):
        if value is not None and value not in allowed:
            raise GrowthError(f"--{option} {value}", fix=hint_for(value, allowed))
    if given.source is not None and not _SOURCE.fullmatch(given.source):
        raise GrowthError(f"--source {given.source}", fix=_("a short name of letters, digits, - and _, e.g. --source chinaz"))
