"""Tables that people hand us: CSV (UTF-8 with or without BOM, UTF-16, GB18030, told apart) and XLSX, read row by row.

The header may stand in any order, with Chinese or English names. What is wrong in one row stops no other: the caller judges rows.
Limits keep a hostile file from filling memory: bytes, columns, cell length, and for XLSX the unpacked size.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from growth.errors import GrowthError, Where
from growth.language import _

MAX_FILE_BYTES = 512 << 20
MAX_UNPACKED_BYTES = 2 << 30
#: an archive that unpacks to so many times its size is a trap; tables reach twenty, small ones are let be
MAX_UNPACKED_TIMES, UNPACKED_LET_BE = 100, 64 << 20
MAX_COLUMNS = 500
MAX_CELL = 32_767
#: bytes looked at to tell the encoding and the delimiter
SAMPLE = 1 << 20


class TableUnreadable(GrowthError):
    """The file is no table that can be read; nothing was taken from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row: `number` counts from 2, the first after the header; `values` by our column names; `extra` by the file's own headers."""

    number: int
    values: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)


def first_rows(path: Path, count: int, *, sheet: int = 0) -> list[list[str]]:
    """The first rows as they stand, for a caller that looks for the header itself. Raises TableUnreadable."""
    return list(itertools.islice(_cells(path, sheet), count))


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook in their order; a text file is one sheet without a name. Raises TableUnreadable."""
    if not _is_workbook(path):
        return [""]
    book = _opened(path)
    try:
        return [str(sheet.title) for sheet in book.worksheets]
    finally:
        book.close()


def read_table(
    path: Path,
    *,
    columns: Mapping[str, Sequence[str]],
    required: Sequence[str] = (),
    own: Mapping[str, str] | None = None,
    skip: int = 0,
    sheet: int = 0,
) -> Iterator[TableRow]:
    """The rows of `path`, empty ones left out.

    `columns` maps our names to the headers that mean them; `own` maps headers of the user's own to our names (remembered mappings);
    `skip` rows stand before the header (titles of an export); `sheet` counts the sheets of a workbook from 0.
    Raises TableUnreadable for what is no table, has no header, a header twice, or lacks a `required` column.
    """
    rows = itertools.islice(_cells(path, sheet), skip, None)
    header = next(rows, None)
    if header is None or not any(header):
        raise TableUnreadable(_("the file is empty"), fix=_("the first row must hold the column names"), where=Where(str(path)))
    names = _named(header, columns, own or {}, path)
    if missing := [name for name in required if name not in names]:
        meant = " / ".join(columns[missing[0]])
        raise TableUnreadable(
            _("there is no column “{name}”", name=meant),
            fix=_("the columns are: {words}", words=", ".join(filter(None, header))),
            where=Where(str(path)),
        )
    ours = [(position, name) for position, name in enumerate(names) if name in columns]
    others = [(position, name) for position, name in enumerate(names) if name and name not in columns]
    for number, cells in enumerate(rows, start=skip + 2):
        if not any(cells):
            continue
        if len(cells) < len(names):
            cells = [*cells, *[""] * (len(names) - len(cells))]
        values, extra = {name: cells[position] for position, name in ours}, {name: cells[position] for position, name in others}
        yield TableRow(number=number, values=values, extra=extra)


@lru_cache(maxsize=1024)
def plain_header(text: str) -> str:
    """A header for comparing: NFKC, lower case, without blanks, underscores and brackets' content."""
    normal = unicodedata.normalize("NFKC", text).strip().lower()
    return "".join(character for character in normal.partition("(")[0] if character not in " _-\t")


def encoding_of(sample: bytes) -> str:
    """UTF-8 (with or without BOM), UTF-16 by its BOM, else GB18030. Raises ValueError where none of them fits."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            decoder.decode(sample)
        except UnicodeDecodeError:
            continue
        return encoding
    raise ValueError("neither UTF-8 nor GB18030")


def _named(header: Sequence[str], columns: Mapping[str, Sequence[str]], own: Mapping[str, str], path: Path) -> list[str]:
    meaning = {plain_header(alias): name for name, aliases in columns.items() for alias in (name, *aliases)}
    meaning |= {plain_header(alias): name for alias, name in own.items()}
    names = [meaning.get(plain_header(cell), cell.strip()) for cell in header]
    for position, name in enumerate(names):
        if name and name in names[:position]:
            raise TableUnreadable(
                _("the column “{name}” is there twice", name=header[position]),
                fix=_("keep one of them"),
                where=Where(str(path), 1, position + 1),
            )
    return names


def _cells(path: Path, sheet: int) -> Iterator[list[str]]:
    if _is_workbook(path):
        yield from _xlsx(path, sheet)
    else:
        yield from _csv(path)


def _is_workbook(path: Path) -> bool:
    """Whether it is an XLSX, by its first bytes. Raises TableUnreadable for what is neither that nor text, or cannot be read."""
    try:
        size = path.stat().st_size
    except OSError as fault:
        raise TableUnreadable(
            _("the file cannot be read: {why}", why=fault.strerror), fix=_("check the path"), where=Where(str(path))
        ) from fault
    if path.is_dir():
        raise TableUnreadable(_("this is a folder"), fix=_("name the file in it"), where=Where(str(path)))
    if size > MAX_FILE_BYTES:
        raise TableUnreadable(_("the file is larger than {n} MB", n=MAX_FILE_BYTES >> 20), fix=_("split it"), where=Where(str(path)))
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableUnreadable(_("this is an old Excel file (.xls)"), fix=_("save it as .xlsx or CSV"), where=Where(str(path)))
    return start.startswith(b"PK\x03\x04")


def _csv(path: Path) -> Iterator[list[str]]:
    with path.open("rb") as raw:
        sample = raw.read(SAMPLE)
    if b"\0" in sample and not sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TableUnreadable(_("this is not a text file"), fix=_("save it as CSV (UTF-8) or .xlsx"), where=Where(str(path)))
    try:
        encoding = encoding_of(sample)
    except ValueError as fault:
        raise TableUnreadable(
            _("the characters are neither UTF-8 nor GB18030"), fix=_("save it as CSV (UTF-8)"), where=Where(str(path))
        ) from fault
    csv.field_size_limit(MAX_CELL * 4)
    with path.open("r", encoding=encoding, newline="") as stream:
        reader = csv.reader(_lines(stream), delimiter=_delimiter(sample.decode(encoding, "ignore")))
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except (csv.Error, UnicodeDecodeError) as fault:
                raise TableUnreadable(
                    _("line {line} cannot be read: {why}", line=reader.line_num + 1, why=fault),
                    fix=_("mend the line"),
                    where=Where(str(path), reader.line_num + 1),
                ) from fault
            _guard_width(row, path)
            cells = [cell.strip() for cell in row]
            yield cells if sum(map(len, cells)) <= MAX_CELL else [cell[:MAX_CELL] for cell in cells]


def _lines(stream: IO[str]) -> Iterator[str]:
    """Lines without NUL."""
    for line in stream:
        yield line.replace("\0", "") if "\0" in line else line


def _delimiter(text: str) -> str:
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    return max((",", "\t", ";"), key=first.count)


def _opened(path: Path) -> Any:
    """The workbook, for reading. Raises TableUnreadable."""
    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > min(MAX_UNPACKED_BYTES, max(UNPACKED_LET_BE, MAX_UNPACKED_TIMES * path.stat().st_size)):
                raise TableUnreadable(
                    _("the workbook unpacks to more than is allowed"), fix=_("save the one sheet as CSV"), where=Where(str(path))
                )
        return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except TableUnreadable:
        raise
    except Exception as fault:  # openpyxl raises whatever the broken part of the file makes it raise
        raise TableUnreadable(_("this is not an Excel workbook"), fix=_("save it as .xlsx or CSV again"), where=Where(str(path))) from fault


def _xlsx(path: Path, sheet: int) -> Iterator[list[str]]:
    book = _opened(path)
    try:
        for row in _sheet_rows(book, path, sheet):
            _guard_width(row, path)
            yield [_text(cell)[:MAX_CELL] for cell in row]
    finally:
        book.close()


def _sheet_rows(book: Any, path: Path, sheet: int) -> Iterator[Sequence[Any]]:
    line = 0
    try:
        # the sheet is parsed while it is read
        for line, row in enumerate(book.worksheets[sheet].iter_rows(values_only=True), start=1):  # noqa: B007 - told below
            yield row
    except Exception as fault:  # whatever the broken part of the sheet makes openpyxl raise
        raise TableUnreadable(
            _("line {line} cannot be read: {why}", line=line + 1, why=fault),
            fix=_("save it as .xlsx or CSV again"),
            where=Where(str(path), line + 1),
        ) from fault


def _text(value: Any) -> str:
    """A cell as text: whole floats without ``.0`` (phones and ids), dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != value.min.time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip()


def _guard_width(row: Sequence[Any], path: Path) -> None:
    if len(row) > MAX_COLUMNS:
        raise TableUnreadable(
            _("a row has {n} columns, {most} are allowed", n=len(row), most=MAX_COLUMNS),
            fix=_("remove what is not needed"),
            where=Where(str(path)),
        )
