"""Tables as CSV: UTF-8 with a BOM, so that Excel reads Chinese; no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from growth import clock, text
from growth.money import Money, digits
from growth.reporting.table import Column, Row, Table

BOM = "\ufeff"
#: first characters that make a cell a formula in Excel, WPS, LibreOffice or Numbers, their full-width twins among them
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
#: a bare number or phone is read as a number, which runs nothing
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")


def inert(value: str) -> str:
    """`value` so that a spreadsheet shows it and does not run it: a quote before what would start a formula (OWASP ASVS 1.2.10)."""
    clean = text.printable(value.replace("\0", ""))
    if clean.lstrip(" \u3000").startswith(_RUNS) and not _NUMBER.fullmatch(clean):
        return f"'{clean}"
    return clean


def csv_bytes(columns: Iterable[Column], rows: Iterable[Row], zone: ZoneInfo) -> bytes:
    """A CSV file. Times are the site's, without an offset, as spreadsheets read them."""
    return b"".join(csv_parts(columns, rows, zone))


def csv_parts(columns: Iterable[Column], rows: Iterable[Row], zone: ZoneInfo) -> Iterator[bytes]:
    """The same file in parts of about 64 KB: for exports that do not fit into memory."""
    columns = list(columns)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([inert(column.header) for column in columns])
    for row in rows:
        writer.writerow([csv_cell(row.get(column.id), zone) for column in columns])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def table_csv(table: Table, zone: ZoneInfo) -> bytes:
    """A table as CSV; give it with all its rows (`arrange(…, whole=True)`)."""
    return csv_bytes(table.columns, table.rows, zone)


def csv_cell(value: object, zone: ZoneInfo) -> str:
    """One cell: empty for nothing, exact numbers, the site's time, texts made inert."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Money):
        return f"{value.amount:.{digits(value.currency)}f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return f"{Decimal(str(value)):f}"
    if isinstance(value, datetime):
        return f"{clock.aware(value).astimezone(zone):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    if isinstance(value, list | tuple):
        return inert("; ".join(str(part) for part in value))
    return inert(str(value))
