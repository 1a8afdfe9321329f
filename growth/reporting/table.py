"""A table: columns, rows, and which part of them is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from growth.language import Text, _, ngettext
from growth.money import Money
from growth.rendering import Address, numbers
from growth.reporting.figure import json_value

Row = Mapping[str, object]
DEFAULT_SIZE = 50


class Kind(StrEnum):
    """What a column holds; it decides alignment and how a value is written."""

    TEXT = "text"
    #: a long text that may break
    PROSE = "prose"
    #: an id, a path, a command
    CODE = "code"
    #: a link where it is http(s)
    URL = "url"
    NUMBER = "number"
    MONEY = "money"
    #: a share from 0 to 1
    PERCENT = "percent"
    #: a share from 0 to 1, with a bar
    BAR = "bar"
    DATE = "date"
    INSTANT = "instant"
    #: a timedelta or seconds
    DURATION = "duration"
    #: a state of growth/rendering/states.py
    BADGE = "badge"
    #: yes or no
    CHECK = "check"


_CLASSES = {Kind.CODE: ("code",), Kind.URL: ("url",), Kind.PROSE: ("wrap",), Kind.DATE: ("when",), Kind.INSTANT: ("when",)}
#: keys of a row that are not data
_MARKS = ("href", "total_row", "percent")
_NUMERIC = {Kind.NUMBER, Kind.MONEY, Kind.PERCENT, Kind.BAR, Kind.DURATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`key`: names the row and links to it (`href` of the row). `lead`: one of the two that a phone's card shows.
    `under`: id of a value shown small below. `sheet`: another header in XLSX and CSV, where a trade's own name is expected.
    """

    id: str
    label: Text | str
    kind: Kind = Kind.TEXT
    sortable: bool = True
    key: bool = False
    lead: bool = False
    help: Text | str = ""
    under: str = ""
    sheet: Text | str = ""

    @property
    def numeric(self) -> bool:
        """Whether values are right-aligned."""
        return self.kind in _NUMERIC

    @property
    def classes(self) -> str:
        """Classes of its cells in growth.css."""
        names = [
            *(("number",) if self.numeric else ()),
            *(("key",) if self.key else ()),
            *(("lead",) if self.lead else ()),
            *_CLASSES.get(self.kind, ()),
        ]
        return " ".join(names)

    @property
    def header(self) -> str:
        """The header in files."""
        return str(self.sheet or self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What an empty table teaches: what will be here, what makes it so (`code`), a button (`action`: words, address)."""

    title: str
    text: str = ""
    code: str = ""
    action: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`rows` are mappings by column id, with ``href`` for the page of a row and ``total_row`` for a sum.

    `total` counts all rows that match, where `rows` is one page of them.
    """

    id: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row] = ()
    total: int | None = None
    page: int = 1
    size: int = DEFAULT_SIZE
    sort: str = ""
    descending: bool = False
    text: str = ""
    note: Text | str = ""
    empty: Empty | None = None
    drawer: bool = False

    @property
    def count(self) -> int:
        """Rows that match, on all pages; sums do not count."""
        return self.total if self.total is not None else sum(1 for row in self.rows if not row.get("total_row"))

    @property
    def last_page(self) -> int:
        """Number of the last page, at least 1."""
        return max(1, -(-self.count // self.size))

    @property
    def count_words(self) -> str:
        """“51–100 of 1,234 rows”."""
        if self.count <= self.size and self.page == 1:
            return ngettext("{count} row", "{count} rows", self.count, count=numbers.exact(self.count))
        first = (self.page - 1) * self.size + 1
        return _(
            "{first}–{last} of {count}",
            first=numbers.exact(first),
            last=numbers.exact(min(first + self.size - 1, self.count)),
            count=numbers.exact(self.count),
        )

    @property
    def near_pages(self) -> list[int | None]:
        """Page numbers to link: ends and neighbours, None for a gap."""
        wanted = sorted({1, self.last_page, *range(max(1, self.page - 1), min(self.last_page, self.page + 1) + 1)})
        pages: list[int | None] = []
        for number in wanted:
            if pages and isinstance(pages[-1], int) and number - pages[-1] > 1:
                pages.append(None)
            pages.append(number)
        return pages

    def next_sort(self, column: Column) -> str:
        """The `sort` parameter that a click on the column's header asks for: numbers fall first, texts rise first."""
        if self.sort == column.id:
            return column.id if self.descending else f"-{column.id}"
        return f"-{column.id}" if column.numeric or column.kind in (Kind.DATE, Kind.INSTANT) else column.id

    def as_json(self) -> list[dict[str, object]]:
        """The rows as JSON, sums left out: values by column id, and what else a row knows (ids that no column shows)."""
        return [
            {
                **{name: cell_json(value) for name, value in row.items() if name not in _MARKS},
                **{column.id: cell_json(row.get(column.id)) for column in self.columns},
            }
            for row in self.rows
            if not row.get("total_row")
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """What a page's address asks of its table: ``sort=-cost&page=2&q=baidu``."""

    sort: str = ""
    descending: bool = False
    page: int = 1
    size: int = DEFAULT_SIZE
    text: str = ""

    @classmethod
    def of(cls, address: Address, *, sort: str = "", size: int = DEFAULT_SIZE) -> TableState:
        """Read from an address; nonsense falls back to the first page and `sort` (``-cost`` falls)."""
        wanted = address.get("sort") or sort
        page = address.get("page")
        return cls(
            sort=wanted.removeprefix("-"),
            descending=wanted.startswith("-"),
            page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
            size=size,
            text=address.get("q")[:200],
        )


def arrange(table: Table, state: TableState, *, whole: bool = False) -> Table:
    """A table held in memory, filtered, sorted and cut to the page of `state`; `whole` keeps all pages (for files).

    Sums (`total_row`) stay last and are not counted. A `sort` that no column has is ignored.
    """
    body = [row for row in table.rows if not row.get("total_row")]
    sums = [row for row in table.rows if row.get("total_row")]
    if state.text:
        wanted = state.text.casefold()
        body = [row for row in body if any(wanted in str(row.get(column.id, "")).casefold() for column in table.columns)]
    column = next((column for column in table.columns if column.id == state.sort and column.sortable), None)
    if column is not None:
        full = [row for row in body if row.get(column.id) is not None]
        full.sort(key=_sort_key(column), reverse=state.descending)
        body = full + [row for row in body if row.get(column.id) is None]
    total = len(body)
    page = min(state.page, max(1, -(-total // state.size)))
    shown = body if whole else body[(page - 1) * state.size : page * state.size]
    return replace(
        table,
        rows=[*shown, *(sums if not state.text and body else [])],
        total=total,
        page=1 if whole else page,
        size=max(total, 1) if whole else state.size,
        sort=column.id if column else "",
        descending=state.descending,
        text=state.text,
    )


def cell_json(value: object) -> object:
    """A cell for JSON: times RFC 3339, money an object, numbers numbers."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal | Money):
        return json_value(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [cell_json(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): cell_json(part) for name, part in value.items()}
    return str(value)


def _sort_key(column: Column) -> Callable[[Row], tuple[int, object]]:
    """Numbers by size, texts by their folded form; unlike things do not meet."""

    def key(row: Row) -> tuple[int, object]:
        value = row[column.id]
        if isinstance(value, Money):
            return (0, value.amount)
        if isinstance(value, bool | int | float | Decimal):
            return (0, Decimal(str(value)) if isinstance(value, float) else Decimal(value))
        if isinstance(value, timedelta):
            return (1, value)
        if isinstance(value, datetime):
            return (2, value.timestamp())
        if isinstance(value, date):
            return (3, value.toordinal())
        return (4, str(value).casefold())

    return key
