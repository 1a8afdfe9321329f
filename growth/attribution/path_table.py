"""A table of paths from a file: ``path`` (``a > b > c``), ``conversions``, optional ``value`` and ``null``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as File

from growth.attribution.model import Model, aggregated
from growth.attribution.path import PathCount
from growth.errors import GrowthError, Where
from growth.language import _
from growth.tables import TableUnreadable, read_table

_COLUMNS = {
    "path": ("路径",),
    "conversions": ("conversion", "total_conversions", "转化", "转化数", "注册", "注册数"),
    "value": ("conversion_value", "total_conversion_value", "价值", "金额"),
    "null": ("nulls", "total_null", "未转化", "未注册"),
}


class BadPathTable(GrowthError):
    """A table of paths that cannot be read; the first wrong row is named and nothing is computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """What a channel gets."""

    channel: str
    credit: float
    value: float


def read_paths(file: File) -> list[PathCount]:
    """The paths of `file` (CSV or XLSX). Raises BadPathTable."""
    paths: list[PathCount] = []
    try:
        for row in read_table(file, columns=_COLUMNS, required=("path", "conversions")):
            where = Where(str(file), row.number)
            channels = tuple(part.strip() for part in row.values["path"].replace("＞", ">").split(">"))
            if not all(channels):
                raise BadPathTable(_("a path has an empty place"), fix="a > b > c", where=where)
            counts = {name: _number(row.values.get(name, ""), name, where) for name in ("conversions", "value", "null")}
            paths.append(PathCount(channels, counts["conversions"], nulls=counts["null"], value=counts["value"]))
    except TableUnreadable as fault:
        raise BadPathTable(fault.message, fix=fault.fix, where=fault.where) from fault
    if not paths:
        raise BadPathTable(_("the table has no paths"), fix="path,conversions,value,null", where=Where(str(file)))
    return paths


def table_rows(model: Model, paths: Sequence[PathCount]) -> list[ModelRow]:
    """The model over a table of paths, the largest credit first."""
    sums = aggregated(model, paths)
    rows = [ModelRow(channel=channel, credit=credit, value=value) for channel, (credit, value) in sums.items()]
    return sorted(rows, key=lambda row: (-row.credit, row.channel))


def _number(text: str, name: str, where: Where) -> float:
    plain = text.replace(",", "").strip()
    if not plain and name != "conversions":
        return 0.0
    try:
        number = float(plain)
    except ValueError:
        number = float("nan")
    if not 0 <= number < 1e15:
        raise BadPathTable(_("{column}: “{text}” is not a number", column=name, text=text[:40]), fix=_("a number, 0 or more"), where=where)
    return number
