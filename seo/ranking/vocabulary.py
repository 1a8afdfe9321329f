"""What the headers, file names and vendors of position tables mean; data (``columns.csv``, ``vendors.csv``, ``engines.csv``).

A column of ours is called by its name; one whose header names an engine or device carries them: ``position@baidu/desktop``; a figure
carries the vendor that its header names: ``figure:baidu_weight@aizhan``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final, get_args

from growth.language import Text
from growth.tables import plain_header
from seo.ranking.settings import Engine

ENGINES: Final[tuple[str, ...]] = get_args(Engine)
DEVICES: Final = ("desktop", "mobile")
#: what a source is called that nobody named
OWN: Final = "own"
_POSITION: Final = "position"
_FIGURE: Final = "figure:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """Somebody whose exports are read. `engine`: whose positions they are where the table does not say."""

    name: str
    title: Text
    engine: str
    #: headers that only it has together, one set an entry
    proofs: tuple[frozenset[str], ...]
    file_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Engine and device as a text names them; empty where it names none."""

    engine: str = ""
    device: str = ""


@lru_cache
def columns() -> Mapping[str, Sequence[str]]:
    """Our columns with the headers that mean them, for `read_table`."""
    found: dict[str, list[str]] = {}
    for row in _table("columns.csv"):
        found.setdefault(_slot(row), []).append(row["header"])
    return found


def position_columns(names: Iterable[str]) -> dict[str, Named]:
    """Those of `names` that hold positions, with the engine and device that their header names."""
    found = {}
    for name in names:
        kind, _at, whose = name.partition("@")
        if kind == _POSITION:
            engine, _slash, device = whose.partition("/")
            found[name] = Named(engine=engine, device=device)
    return found


def figure_columns(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Those of `names` that hold third-party figures: (name of the figure, vendor that the header names or empty)."""
    found = {}
    for name in names:
        if name.startswith(_FIGURE):
            figure, _at, vendor = name.removeprefix(_FIGURE).partition("@")
            found[name] = (figure, vendor)
    return found


def columns_in(cells: Sequence[str], own: Mapping[str, str]) -> dict[str, tuple[str]]:
    """Our columns in a header row, each with the header that means it: one of the team's own (`own`) before any other, then the first.

    Exports have several columns that mean one of ours (百度指数 beside 日检索量); the others are not read.
    """
    ours = {plain_header(header): name for header, name in own.items()}
    known = {plain_header(header): name for name, headers in columns().items() for header in (name, *headers)}
    found: dict[str, tuple[str]] = {}
    for meaning in (ours, known):
        for cell in cells:
            name = meaning.get(plain_header(cell))
            if name is not None and plain_header(cell) not in (ours if meaning is known else ()):
                found.setdefault(name, (cell,))
    return found


@lru_cache
def vendors() -> Mapping[str, Vendor]:
    """The vendors by name."""
    return {
        row["vendor"]: Vendor(
            name=row["vendor"],
            title=Text(row["title_en"], row["title_zh"]),
            engine=row["engine"],
            proofs=tuple(frozenset(map(plain_header, proof.split(";"))) for proof in row["proved_by"].split("|")),
            file_names=tuple(row["file_names"].split(";")),
        )
        for row in _table("vendors.csv")
    }


def source_title(source: str) -> str:
    """How a source is called to people."""
    known = vendors().get(source)
    return str(known.title) if known else str(_OWN_TITLE) if source == OWN else source


def vendor_of(header: Sequence[str], file_name: str) -> Vendor | None:
    """Whose export this is: by headers that only it has together, else by the file's name."""
    present = {plain_header(cell) for cell in header}
    for vendor in vendors().values():
        if any(proof <= present for proof in vendor.proofs):
            return vendor
    low = file_name.lower()
    return next((vendor for vendor in vendors().values() if any(word in low for word in vendor.file_names)), None)


def named_in(text: str) -> Named:
    """The engine and device that a cell or a file's name names; the first of each counts."""
    low = unicodedata.normalize("NFKC", text).lower()
    engine = device = ""
    for word, row in _engine_words():
        if (not engine and row["engine"]) or (not device and row["device"]):
            if not word.search(low):
                continue
            engine, device = engine or row["engine"], device or row["device"]
    return Named(engine=engine, device=device)


@lru_cache
def _engine_words() -> Sequence[tuple[re.Pattern[str], Mapping[str, str]]]:
    """Latin words and numbers only where they stand alone: 5118 and 2360 hold no engine."""
    found = []
    for row in _table("engines.csv"):
        word = re.escape(row["word"])
        found.append((re.compile(rf"(?<![a-z0-9]){word}(?![a-z0-9])" if row["word"].isascii() else word), row))
    return found


def _slot(row: Mapping[str, str]) -> str:
    if row["column"] == _POSITION and (row["engine"] or row["device"]):
        return f"{_POSITION}@{row['engine']}/{row['device']}"
    if row["column"].startswith(_FIGURE):
        return f"{row['column']}@{row['vendor']}" if row["vendor"] else row["column"]
    return row["column"]


def _table(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(resources.files("seo.ranking").joinpath(name).read_text("utf-8").splitlines())


_OWN_TITLE: Final = Text("Own table", "自有表格")
