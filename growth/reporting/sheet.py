"""Tables as XLSX: one sheet each, texts as texts, frozen heads, widths that fit Chinese."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from growth import clock, text
from growth.money import Money, digits
from growth.reporting.figure import Figure
from growth.reporting.table import Column, Kind, Row, Table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: what a cell can hold (Excel's own limit)
CELL_LIMIT = 32_767
#: rows of one sheet, the head included (Excel's own limit)
ROW_LIMIT = 1_048_576
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


def xlsx_bytes(
    tables: Iterable[Table], zone: ZoneInfo, *, figures: Sequence[tuple[str, Figure]] = (), made_at: datetime | None = None
) -> bytes:
    """A workbook with one sheet a table, in order; `figures` (section, figure) fill a first sheet.

    Nothing a cell holds is ever a formula or a link: strings are written as strings. Phone numbers and ids keep their digits.
    """
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    book = Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True},
    )
    if made_at is not None:
        book.set_properties({"created": clock.aware(made_at).astimezone(zone).replace(tzinfo=None)})
    formats = Formats(book)
    names: set[str] = set()
    if figures:
        _figures_sheet(book, formats, figures, names)
    for table in tables:
        _table_sheet(book, formats, table, zone, names)
    if not names:
        book.add_worksheet()
    book.close()
    return buffer.getvalue()


class Formats:
    """The cell formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}

    def of(self, pattern: str, **more: Any) -> Format:
        """The format with that number pattern."""
        key = f"{pattern}{sorted(more.items())}"
        if key not in self._made:
            self._made[key] = self._book.add_format({"num_format": pattern, "valign": "vcenter", **more})
        return self._made[key]

    @property
    def head(self) -> Format:
        """The head of a column."""
        return self.of("@", bold=True, bg_color="#eef2f2", bottom=1, border_color="#8a9997")

    @property
    def text(self) -> Format:
        """Text, never read as a number."""
        return self.of("@")


def sheet_name(wanted: str, taken: set[str]) -> str:
    """`wanted` as a sheet may be called: at most 31 characters, none of Excel's own, not twice."""
    base = _FORBIDDEN.sub(" ", wanted).strip()[:31] or "Sheet"
    name, number = base, 2
    while name.casefold() in {one.casefold() for one in taken}:
        suffix = f" {number}"
        name, number = base[: 31 - len(suffix)] + suffix, number + 1
    taken.add(name)
    return name


def _figures_sheet(book: Workbook, formats: Formats, figures: Sequence[tuple[str, Figure]], names: set[str]) -> None:
    from growth.language import _

    columns = [
        Column(id="section", label=_("Section")),
        Column(id="figure", label=_("Figure")),
        Column(id="value", label=_("Value"), kind=Kind.NUMBER),
        Column(id="target", label=_("Target"), kind=Kind.NUMBER),
        Column(id="change", label=_("Change"), kind=Kind.PERCENT),
        Column(id="computed", label=_("How it is computed")),
        Column(id="query", label=_("The query")),
    ]
    rows: list[Row] = [
        {
            "section": section,
            "figure": str(figure.label),
            "value": figure.value if figure.value is not None else figure.why_none or None,
            "target": figure.target,
            "change": figure.change.value if figure.change else None,
            "computed": str(figure.asked.computed or figure.asked.means),
            "query": str(figure.asked),
            "percent": figure.unit == "%",
        }
        for section, figure in figures
    ]
    sheet = book.add_worksheet(sheet_name(_("Figures"), names))
    _fill(sheet, formats, columns, rows, ZoneInfo("UTC"))


def _table_sheet(book: Workbook, formats: Formats, table: Table, zone: ZoneInfo, names: set[str]) -> None:
    rows = list(table.rows)
    for start in range(0, max(len(rows), 1), ROW_LIMIT - 1):
        sheet = book.add_worksheet(sheet_name(table.title, names))
        _fill(sheet, formats, list(table.columns), rows[start : start + ROW_LIMIT - 1], zone)


def _fill(sheet: Worksheet, formats: Formats, columns: list[Column], rows: Sequence[Row], zone: ZoneInfo) -> None:
    widths = [text.cells(column.header) + 2 for column in columns]
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.header, formats.head)
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            shown = _write(sheet, formats, line, place, row.get(column.id), column, zone, share=bool(row.get("percent")))
            widths[place] = max(widths[place], min(shown, 60))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(max(width + 1, 8), 64))
    sheet.freeze_panes(1, 1 if columns and columns[0].key else 0)
    if rows and columns:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)


def _write(
    sheet: Worksheet, formats: Formats, line: int, place: int, value: object, column: Column, zone: ZoneInfo, *, share: bool = False
) -> int:
    """Write one cell; returns how wide what it shows is, in columns of text."""
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
        return 6
    if isinstance(value, Money):
        places = "." + "0" * digits(value.currency) if digits(value.currency) else ""
        sign = _SIGNS.get(value.currency)
        pattern = f'"{sign}"#,##0{places}' if sign else f'#,##0{places} "{value.currency}"'
        sheet.write_number(line, place, float(value.amount), formats.of(pattern))
        return len(f"{value.amount:,.2f}") + 2
    if isinstance(value, int | float | Decimal) and column.kind is not Kind.CODE:
        percent = share or column.kind in (Kind.PERCENT, Kind.BAR)
        whole = float(value) == int(value)
        sheet.write_number(line, place, float(value), formats.of("0.0%" if percent else "#,##0" if whole else "#,##0.00"))
        return len(f"{value:,}") + 1
    if isinstance(value, datetime):
        local = clock.aware(value).astimezone(zone).replace(tzinfo=None)
        sheet.write_datetime(line, place, local, formats.of("yyyy-mm-dd hh:mm:ss"))
        return 19
    if isinstance(value, date):
        sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), formats.of("yyyy-mm-dd"))  # noqa: DTZ001  (a day has no zone)
        return 10
    if isinstance(value, timedelta):
        sheet.write_number(line, place, value.total_seconds(), formats.of("#,##0.0"))
        return 8
    words = "; ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    words = text.printable(words.replace("\0", ""))[:CELL_LIMIT]
    sheet.write_string(line, place, words, formats.text)
    return max((text.cells(part) for part in words.split("\n")), default=0)
