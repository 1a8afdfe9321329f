"""Costs from a table: our own columns, or an export of an advertising platform read by its headers.

What the headers mean is data (``cost_columns.csv``, ``cost_exports.csv``). An export names no channel: it belongs to the channel that is
told, else to the one paid channel of channels.yaml that matches the platform. Total lines are left out; so are rows that are broken,
each with its reason. A row that was imported before counts once, a corrected figure replaces the old one.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from growth.channels.catalogue import ChannelView, channels
from growth.channels.cost import CostRow, record_costs
from growth.channels.settings import ChannelEntry
from growth.errors import GrowthError, Where
from growth.language import _
from growth.money import Money
from growth.tables import TableRow, TableUnreadable, first_rows, plain_header, read_table
from growth.workspace.fields import parse_day

#: an export may start with a title, the account and the period
_PREAMBLE_ROWS: Final = 12
_TOTAL: Final = ("合计", "总计", "汇总", "total", "总和")
_NOTHING: Final = frozenset({"", "-", "--", "—", "–", "n/a"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that was left out, and why; `row` is its line in the file."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostImport:
    """What an import did. `rows` = `written` + `unchanged` + `rejected`."""

    rows: int
    written: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    engine: str | None
    channel: str | None


def cost_columns() -> tuple[str, ...]:
    """The columns that a table of costs may have."""
    return tuple(_columns())


def import_costs(
    session: Session,
    path: Path,
    *,
    declared: Mapping[str, ChannelEntry],
    channel: str | None = None,
    own: Mapping[str, str] | None = None,
) -> CostImport:
    """Read `path` and write its costs. `channel` is meant where the table has no such column; `own` maps headers of one's own to ours.

    Raises TableUnreadable for what is no table of costs, GrowthError where the channel cannot be told.
    """
    own = own or {}
    skip, header = _header(path, own)
    export = _export(path, header)
    known = {view.name: view for view in channels(session)}
    has_channel = "channel" in _names(header, own)
    if channel is None and not has_channel:
        channel = _channel_of(export, known, declared, path)
    if channel is not None and channel not in known:
        raise GrowthError(_("there is no channel “{name}”", name=channel), fix=", ".join(sorted(known)) or _("declare it in channels.yaml"))
    rows: list[CostRow] = []
    rejected: list[Rejected] = []
    seen: Counter[bytes] = Counter()
    total = 0
    for row in read_table(path, columns=_columns(), required=("day", "amount"), own=own, skip=skip):
        if _is_total(row):
            continue
        total += 1
        read = _read(row, path, channel=channel, engine=export.engine if export else "", known=known)
        if isinstance(read, Rejected):
            rejected.append(read)
            continue
        ordinal = seen[read.digest]
        seen[read.digest] += 1
        rows.append(replace(read, ordinal=ordinal) if ordinal else read)
    written = record_costs(session, rows) if rows else 0
    return CostImport(
        rows=total,
        written=written,
        unchanged=len(rows) - written,
        rejected=tuple(rejected),
        engine=export.engine if export else None,
        channel=channel,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Export:
    engine: str
    medium: str


def _read(row: TableRow, path: Path, *, channel: str | None, engine: str, known: Mapping[str, ChannelView]) -> CostRow | Rejected:
    values = row.values
    name = values.get("channel") or channel or ""
    if name not in known:
        return Rejected(row=row.number, column="channel", reason=_("there is no channel “{name}”", name=name[:60]))
    try:
        day = _day(values.get("day", ""))
    except ValueError as fault:
        return Rejected(row=row.number, column="day", reason=str(fault))
    try:
        amount = _number(values.get("amount", ""))
    except ValueError as fault:
        return Rejected(row=row.number, column="amount", reason=str(fault))
    figures: dict[str, int | None] = {}
    for column in ("impressions", "clicks"):
        try:
            found = _number(values.get(column, ""), nothing=True)
        except ValueError as fault:
            return Rejected(row=row.number, column=column, reason=str(fault))
        figures[column] = None if found is None else int(found)
    currency = (values.get("currency") or "CNY").upper()
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        return Rejected(row=row.number, column="currency", reason=_("“{text}” is no currency; write it as CNY", text=currency[:20]))
    assert amount is not None
    return CostRow(
        day=day,
        channel=name,
        amount=Money(amount, currency),
        source=f"import:{path.name}",
        campaign=values.get("campaign", ""),
        keyword=values.get("keyword", ""),
        engine=values.get("engine") or engine,
        placement=values.get("placement", ""),
        impressions=figures["impressions"],
        clicks=figures["clicks"],
    )


def _day(text: str) -> date:
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) == 8 and plain.isdigit():
        return parse_day(f"{plain[:4]}-{plain[4:6]}-{plain[6:]}")
    return parse_day(plain.split(" ")[0].split("T")[0])


def _number(text: str, *, nothing: bool = False) -> Decimal | None:
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").lstrip("¥$€").strip()
    plain = plain.removesuffix("元").strip()
    if plain.lower() in _NOTHING:
        if nothing:
            return None
        plain = "0" if plain else plain
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise ValueError(_("“{text}” is not a number", text=text[:40])) from None
    if not number.is_finite() or number < 0 or number >= Decimal("1e13"):
        raise ValueError(_("“{text}” is not a sum that can be meant", text=text[:40]))
    return number


def _is_total(row: TableRow) -> bool:
    texts = [row.values.get("day", ""), row.values.get("campaign", ""), *list(row.extra.values())[:1]]
    return any(text.strip().lower().startswith(_TOTAL) for text in texts) and not any(c.isdigit() for c in row.values.get("day", ""))


def _header(path: Path, own: Mapping[str, str]) -> tuple[int, list[str]]:
    """How many rows stand before the header, and the header: the first row that has a day and an amount. Raises TableUnreadable."""
    rows = first_rows(path, _PREAMBLE_ROWS)
    for position, cells in enumerate(rows):
        if {"day", "amount"} <= _names(cells, own):
            return position, cells
    found = ", ".join(filter(None, rows[0])) if rows else ""
    raise TableUnreadable(
        _("no row names a day and an amount"),
        fix=_(
            "the header must have day,channel,amount (日期, 渠道, 费用); what yours mean: --map “HEADER=amount”; it has: {found}",
            found=found[:200],
        ),
        where=Where(str(path)),
    )


def _names(cells: Sequence[str], own: Mapping[str, str]) -> set[str]:
    meaning = {plain_header(header): name for name, headers in _columns().items() for header in (name, *headers)}
    meaning |= {plain_header(header): name for header, name in own.items()}
    return {meaning[plain_header(cell)] for cell in cells if plain_header(cell) in meaning}


def _export(path: Path, header: Sequence[str]) -> _Export | None:
    """Whose export this is: by headers that only it has together, else by the file's name."""
    present = {plain_header(cell) for cell in header}
    by_name = None
    for row in _table("cost_exports.csv"):
        export = _Export(engine=row["engine"], medium=row["medium"])
        if {plain_header(name) for name in row["proved_by"].split(";")} <= present:
            return export
        if by_name is None and any(word in path.name.lower() for word in row["file_names"].split(";")):
            by_name = export
    return by_name


def _channel_of(export: _Export | None, known: Mapping[str, ChannelView], declared: Mapping[str, ChannelEntry], path: Path) -> str:
    """The one channel that an export belongs to. Raises GrowthError where there is none or a choice."""
    choice = []
    for name, entry in declared.items():
        if export is None or name not in known:
            continue
        matches = any(match.source == export.engine for match in entry.match)
        if matches or (entry.medium.value == export.medium and export.engine in name.lower()):
            choice.append(name)
    if len(choice) == 1:
        return choice[0]
    who = export.engine if export else path.name
    raise GrowthError(
        _("the table names no channel, and which one {who} belongs to is not clear", who=who),
        fix=_("add --channel NAME: {names}", names=", ".join(choice or sorted(known))),
        where=Where(str(path)),
    )


@lru_cache
def _columns() -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for row in _table("cost_columns.csv"):
        found.setdefault(row["column"], []).append(row["header"])
    return found


def _table(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("growth.channels").joinpath(name).read_text("utf-8")
    yield from csv.DictReader(text.splitlines())
