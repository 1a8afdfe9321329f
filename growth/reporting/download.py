"""A table as a file to take away: CSV, XLSX or JSON, the same for every page and command."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from growth.errors import GrowthError
from growth.language import _
from growth.reporting.csv_file import table_csv
from growth.reporting.sheet import xlsx_bytes
from growth.reporting.table import Table

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


class UnknownFormat(GrowthError):
    """A table cannot be had in that format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """`content` with the file `name` and the `media_type` it travels as."""

    content: bytes
    name: str
    media_type: str


def download(table: Table, format: str, zone: ZoneInfo) -> Download:
    """`table` (all its rows: ``arrange(…, whole=True)``) as ``csv``, ``xlsx`` or ``json``. Raises UnknownFormat."""
    if format not in MEDIA_TYPES:
        raise UnknownFormat(_("“{format}” is no format of a table", format=format), fix="choose from: " + ", ".join(MEDIA_TYPES))
    if format == "csv":
        content = table_csv(table, zone)
    elif format == "xlsx":
        content = xlsx_bytes([table], zone)
    else:
        content = json.dumps(table.as_json(), ensure_ascii=False, indent=1).encode()
    stem = re.sub(r"[^\w.-]+", "-", table.title).strip("-") or table.id
    return Download(content=content, name=f"{stem}.{format}", media_type=MEDIA_TYPES[format])
