"""The tables inside what a vendor exports: a CSV, the sheets of a workbook, the CSVs of a zip (Search Console), and its filters."""

from __future__ import annotations

import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from growth.errors import Where
from growth.language import _
from growth.tables import TableUnreadable, first_rows, plain_header, sheet_names
from seo.ranking.vocabulary import columns_in, figure_columns, position_columns

#: an export may start with a title, the site and the period
_PREAMBLE_ROWS: Final = 12
#: tables in one zip or workbook, and bytes of one unpacked table
MOST_PARTS: Final = 30
MOST_BYTES: Final = 64 << 20
#: the first cells of a filter row: what is filtered by, in the export's two languages
_FILTERS: Final = {"网页": "page", "page": "page", "设备": "device", "device": "device"}
_FILTER_HEADERS: Final = ({"filter", "value"}, {"过滤器", "值"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table: where it lies, how many rows stand before its header, and what it holds."""

    path: Path
    sheet: int
    #: its name inside the file; empty where the file is the table
    name: str
    skip: int
    header: tuple[str, ...]
    #: our columns in it, each with its header
    columns: Mapping[str, tuple[str]]

    @property
    def has_positions(self) -> bool:
        """Whether its rows say where words stand."""
        return "word" in self.columns and bool(position_columns(self.columns))

    @property
    def has_figures(self) -> bool:
        """Whether its rows are third-party figures of sites."""
        return "word" not in self.columns and bool(figure_columns(self.columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an export holds: tables that say something here, the names of those that do not, and its filters (``page``, ``device``)."""

    tables: tuple[Part, ...]
    left_out: tuple[str, ...]
    filters: Mapping[str, str]


@contextmanager
def parts_of(path: Path, own: Mapping[str, str]) -> Iterator[Parts]:
    """The tables of an export; unpacked ones are gone afterwards. Raises TableUnreadable where none says where words stand."""
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        found, left_out, filters = [], [], dict[str, str]()
        for file, sheet, name in _tables(path, Path(folder)):
            part = _part(file, sheet, name, own)
            if part is not None:
                found.append(part)
                continue
            filters |= _filters(file, sheet)
            left_out.append(name)
        if not found:
            raise _no_table(path, left_out)
        yield Parts(tables=tuple(found), left_out=tuple(filter(None, left_out)), filters=filters)


def _tables(path: Path, folder: Path) -> Iterator[tuple[Path, int, str]]:
    """(file, sheet, name) of each table in `path`."""
    if _is_zip_of_tables(path):
        for number, (name, file) in enumerate(_unpacked(path, folder)):
            if number >= MOST_PARTS:
                raise TableUnreadable(_("the archive holds more than {n} tables", n=MOST_PARTS), where=Where(str(path)))
            yield file, 0, name
        return
    names = sheet_names(path)
    for sheet, name in enumerate(names[:MOST_PARTS]):
        yield path, sheet, name


def _is_zip_of_tables(path: Path) -> bool:
    """Whether it is a zip that is no workbook."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "[Content_Types].xml" not in archive.namelist()


def _unpacked(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """The CSVs of a zip, each written to a file of our own naming: the names inside decide nothing on this disk."""
    with zipfile.ZipFile(path) as archive:
        for number, entry in enumerate(archive.infolist()):
            if entry.is_dir() or not entry.filename.lower().endswith((".csv", ".tsv", ".txt")):
                continue
            name = PurePosixPath(entry.filename).name
            if entry.file_size > MOST_BYTES:
                raise TableUnreadable(_("{name} unpacks to more than {n} MB", name=name, n=MOST_BYTES >> 20), where=Where(str(path)))
            file = folder / f"{number}.csv"
            try:
                with archive.open(entry) as packed, file.open("wb") as plain:
                    shutil.copyfileobj(packed, plain)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as fault:
                raise TableUnreadable(
                    _("{name} in the archive cannot be read: {why}", name=name, why=fault),
                    fix=_("export it again"),
                    where=Where(str(path)),
                ) from fault
            yield name, file


def _part(file: Path, sheet: int, name: str, own: Mapping[str, str]) -> Part | None:
    """The table with the first row that is a header we can use; None where it has none."""
    for position, cells in enumerate(first_rows(file, _PREAMBLE_ROWS, sheet=sheet)):
        part = Part(path=file, sheet=sheet, name=name, skip=position, header=tuple(cells), columns=columns_in(cells, own))
        if part.has_positions or part.has_figures:
            return part
    return None


def _filters(file: Path, sheet: int) -> dict[str, str]:
    """What the export was filtered by, where this is its table of filters."""
    rows = first_rows(file, MOST_PARTS, sheet=sheet)
    if not rows or {plain_header(cell) for cell in rows[0]} not in _FILTER_HEADERS:
        return {}
    found = {}
    for cells in rows[1:]:
        kind = _FILTERS.get(plain_header(cells[0])) if len(cells) > 1 else None
        if kind is not None:
            found[kind] = unicodedata.normalize("NFKC", cells[1]).strip().lstrip("+*")
    return found


def _no_table(path: Path, left_out: list[str]) -> TableUnreadable:
    if len(left_out) == 1:
        rows = first_rows(path, 1) if not left_out[0] else []
        seen = ", ".join(filter(None, rows[0])) if rows else left_out[0]
    else:
        seen = ", ".join(filter(None, left_out))
    return TableUnreadable(
        _("no table here names a word and a position, or a figure of a site"),
        fix=_(
            "the header needs 关键词 and 排名 (word, position), or 百度权重 …; what yours mean: --map “HEADER=word”; it has: {seen}",
            seen=seen[:200],
        ),
        where=Where(str(path)),
    )
