"""Daily totals of other counters of the site, from their exports: 百度统计 › 趋势分析 and 友盟+ U-Web › 趋势分析, by day, CSV or XLSX.

What the headers mean is data (``data/counter_columns.csv``): the words that the two show in their reports. An export starts with the
site's name and the period and ends with a line of sums; both are passed over.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.errors import Where
from growth.language import Text, _
from growth.tables import TableRow, TableUnreadable, first_rows, plain_header, read_table
from growth.traffic.models import OtherCount
from growth.workspace.fields import parse_day

#: rows that may stand before the header: title, site, account, period
_PREAMBLE_ROWS: Final = 15
_NOTHING: Final = frozenset({"", "-", "--", "—", "–", "n/a", "null"})
_TOTAL: Final = ("合计", "总计", "汇总", "全站", "当页", "total", "平均", "均值")
_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?")
_FIGURES: Final = ("page_views", "visitors", "visits")
#: more than any site has in a day
_MOST: Final = 10**12


class Counter(StrEnum):
    """Whose totals they are."""

    #: 百度统计 (tongji.baidu.com)
    BAIDU = "baidu-tongji"
    #: 友盟+ U-Web, formerly CNZZ (web.umeng.com)
    UMENG = "umeng"

    @property
    def words(self) -> Text:
        """Its name."""
        return _NAMES[self]


_NAMES: Final = {Counter.BAIDU: Text("Baidu Tongji", "百度统计"), Counter.UMENG: Text("Umeng", "友盟")}


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedCount:
    """A row that was left out, and why; `row` is its line in the file."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountImport:
    """What an import did. `rows` = `written` + `unchanged` + rejected."""

    provider: Counter
    rows: int
    written: int
    unchanged: int
    rejected: tuple[RejectedCount, ...]


def import_counts(session: Session, path: Path, *, now: datetime, provider: Counter | None = None) -> CountImport:
    """Keep the daily totals of an export. A day that was imported before is replaced where the export says something else.

    Raises TableUnreadable for what is no such export, or where it cannot be told whose it is.
    """
    skip, header = _header(path)
    whose = provider or _whose(path, header)
    columns = _columns(whose)
    total = written = 0
    rejected: list[RejectedCount] = []
    for row in read_table(path, columns=columns, required=("day",), skip=skip):
        if _is_total(row):
            continue
        total += 1
        read = _read(row)
        if isinstance(read, RejectedCount):
            rejected.append(read)
        else:
            written += _keep(session, whose, *read, source=path.name, now=now)
    return CountImport(provider=whose, rows=total, written=written, unchanged=total - written - len(rejected), rejected=tuple(rejected))


def _keep(session: Session, provider: Counter, day: date, figures: Mapping[str, int | None], *, source: str, now: datetime) -> bool:
    """Whether that was new or other than before; what the export does not tell stays."""
    row = session.scalar(select(OtherCount).where(OtherCount.day == day, OtherCount.provider == provider.value))
    if row is None:
        session.add(
            OtherCount(day=day, provider=provider.value, source=source, imported_at=now, **{name: figures.get(name) for name in _FIGURES})
        )
        session.flush()
        return True
    changed = {name: figure for name, figure in figures.items() if figure is not None and getattr(row, name) != figure}
    for name, figure in changed.items():
        setattr(row, name, figure)
    if changed:
        row.source, row.imported_at = source, now
    return bool(changed)


def _read(row: TableRow) -> tuple[date, dict[str, int | None]] | RejectedCount:
    try:
        day = _day(row.values.get("day", ""))
    except ValueError as fault:
        return RejectedCount(row=row.number, column="day", reason=str(fault))
    figures: dict[str, int | None] = {}
    for name in _FIGURES:
        try:
            figures[name] = _count(row.values.get(name, ""))
        except ValueError as fault:
            return RejectedCount(row=row.number, column=name, reason=str(fault))
    if all(figure is None for figure in figures.values()):
        return RejectedCount(row=row.number, column="page_views", reason=_("the row has no figure"))
    return day, figures


def _day(text: str) -> date:
    """The day at the start of a cell: ``2026/11/01``, ``20261101``, ``2026-11-01 星期日``. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _DAY.match(plain)
    if found is None:
        if re.match(r"\d{1,2}:\d{2}", plain):
            raise ValueError(_("“{text}” is an hour; export the report by day (按日)", text=plain[:20]))
        return parse_day(plain)
    return parse_day(f"{found[1]}-{found[2]}-{found[3]}")


def _count(text: str) -> int | None:
    """A whole number, with or without thousands separators; None for a cell that says nothing. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").replace(" ", "").removesuffix(".0").removesuffix(".00")
    if plain.lower() in _NOTHING:
        return None
    if not plain.isascii() or not plain.isdigit() or int(plain) >= _MOST:
        raise ValueError(_("“{text}” is not a number", text=text[:40]))
    return int(plain)


def _is_total(row: TableRow) -> bool:
    """A line of sums; a day has digits."""
    day = row.values.get("day", "").strip().lower()
    return not day or (day.startswith(_TOTAL) and not day[:4].isdigit())


def _header(path: Path) -> tuple[int, list[str]]:
    """How many rows stand before the header, and the header. Raises TableUnreadable."""
    rows = first_rows(path, _PREAMBLE_ROWS)
    for position, cells in enumerate(rows):
        meant = {column for _provider, column, header in _table() for cell in cells if plain_header(cell) == plain_header(header)}
        if "day" in meant and meant & set(_FIGURES):
            return position, cells
    found = ", ".join(filter(None, rows[0])) if rows else ""
    raise TableUnreadable(
        _("no row names a day and page views, visitors or visits"),
        fix=_(
            "export 趋势分析 by day; the header must have 日期 and 浏览量(PV), 访客数(UV) or 访问次数; it has: {found}", found=found[:200]
        ),
        where=Where(str(path)),
    )


def _whose(path: Path, header: Sequence[str]) -> Counter:
    """Whose export it is, by a header that only it has. Raises TableUnreadable."""
    present = {plain_header(cell) for cell in header}
    proved = {provider for provider, _column, header_ in _table() if provider and plain_header(header_) in present}
    if len(proved) != 1:
        raise TableUnreadable(
            _("whose totals these are cannot be told from the header"),
            fix="--provider " + " | ".join(counter.value for counter in Counter),
            where=Where(str(path)),
        )
    return Counter(proved.pop())


def _columns(whose: Counter) -> dict[str, list[str]]:
    """Our names and the headers that mean them; those of the counter itself alone where the file has words of several."""
    found: dict[str, list[str]] = {}
    for provider, column, header in _table():
        if provider in ("", whose.value):
            found.setdefault(column, []).append(header)
    return found


@lru_cache
def _table() -> tuple[tuple[str, str, str], ...]:
    text = resources.files("growth.traffic").joinpath("data/counter_columns.csv").read_text("utf-8")
    return tuple((row["provider"], row["column"], row["header"]) for row in csv.DictReader(text.splitlines()))
