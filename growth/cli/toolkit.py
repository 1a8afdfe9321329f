"""What every command uses: the workspace and database at hand, output in the asked form, progress, confirmation."""

from __future__ import annotations

import dataclasses
import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol
from uuid import UUID

import typer

from growth import clock
from growth.cli.globals import current
from growth.errors import GrowthError
from growth.language import _
from growth.money import Money
from growth.text import escaped_json, printable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from growth.db import Database
    from growth.workspace import Workspace

_opened: dict[str, Any] = {}

dry_run_option = Annotated[bool, typer.Option("--dry-run", help=_("Print what would happen; change nothing."))]
yes_option = Annotated[bool, typer.Option("--yes", help=_("Do not ask; for scripts."))]
reason_option = Annotated[str | None, typer.Option("--reason", help=_("Why; kept in the audit log."))]

map_option = Annotated[
    list[str] | None, typer.Option("--map", metavar="HEADER=COLUMN", help=_("what a header of your own means; remembered"))
]


def group(help: str) -> typer.Typer:
    """A command group in the house's manner."""
    return typer.Typer(
        help=help,
        rich_markup_mode=None,
        no_args_is_help=True,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def single() -> typer.Typer:
    """A module with one command."""
    return typer.Typer(rich_markup_mode=None, add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})


def workspace() -> Workspace:
    """The workspace of this command, loaded once. Raises WorkspaceInvalid with all problems, or says that there is none."""
    if "workspace" not in _opened:
        from growth.workspace import find_workspace, load_workspace

        _opened["workspace"] = load_workspace(find_workspace(Path.cwd(), current().workspace))
    found: Workspace = _opened["workspace"]
    return found


def database() -> Database:
    """The workspace's database, opened once, its schema checked."""
    if "database" not in _opened:
        from growth.db import open_database

        _opened["database"] = open_database(workspace())
        # what is loaded by now stays to the end: to look for cycles in it again and again took a seventh of an import
        gc.freeze()
    found: Database = _opened["database"]
    return found


class _TakenBack(Exception):
    """Ends the transaction of a dry run."""


@contextmanager
def changing(dry_run: bool) -> Iterator[Session]:
    """A write transaction; with `dry_run` it is taken back at its end: the same code path, nothing changed."""
    try:
        with database().write() as session:
            yield session
            if dry_run:
                raise _TakenBack
    except _TakenBack:
        return


def close() -> None:
    """Give back what the command opened."""
    opened = _opened.pop("database", None)
    _opened.clear()
    if opened is not None:
        opened.close()


def wants_json() -> bool:
    """Whether stdout holds nothing but JSON."""
    return current().json or current().jsonl


def emit(document: object, *, text: object = None) -> None:
    """`document` as JSON where asked, else `text` (a string or a Rich renderable)."""
    if wants_json():
        emit_json(document)
    elif text is not None:
        say(text)


def emit_json(document: object) -> None:
    """`document` as JSON whatever was asked: what has no other form."""
    _write_json(document, indent=2 if sys.stdout.isatty() else None)


#: ids that a table shows as words; JSON keeps the id
Words = Mapping[str, Callable[[str], object]]


def emit_rows(
    rows: Iterable[Any], *, columns: Mapping[str, str], long: bool = False, empty: str | None = None, words: Words | None = None
) -> None:
    """Rows (mappings or dataclasses): an array with ``--json``, a line each with ``--jsonl``, else a table of `columns`.

    In the table, ids of a column in `words` are shown as words, states and severities always. A `long` list is JSON lines also where
    stdout is a pipe and nothing was asked.
    """
    chosen = current()
    if chosen.jsonl or (long and not chosen.json and not sys.stdout.isatty()):
        for row in rows:
            _write_json(row)
    elif chosen.json:
        _write_json([_plain(row) for row in rows])
    else:
        _table(list(rows), columns, empty, words or {})


def say(text: object) -> None:
    """To people: stdout, or stderr where stdout is JSON. Control characters of strings are made harmless."""
    if isinstance(text, str):
        stream = sys.stderr if wants_json() else sys.stdout
        stream.write("\n".join(printable(line) for line in text.split("\n")) + "\n")
        stream.flush()
    else:
        _console(stderr=wants_json()).print(text)


def hint(text: str) -> None:
    """What one may do next; left out with ``--quiet`` and with JSON."""
    if not current().quiet and not wants_json():
        say(text)


def warn(text: str) -> None:
    """To people, on stderr."""
    sys.stderr.write(f"{_('warning')}: {printable(text)}\n")


class Tick(Protocol):
    """Tells the progress: how much is done, how many errors, what is worked on."""

    def __call__(self, *, done: int | None = None, total: int | None = None, errors: int = 0, note: str = "") -> None: ...


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Tick]:
    """A bar in a terminal (done, rate, errors, time left); in a pipe a plain line every 10 s on stderr."""
    if current().quiet:
        yield _silent
    elif sys.stderr.isatty():
        yield from _bar(label, total)
    else:
        yield _plain_progress(label, total)


def confirm(name: str, *, yes: bool, consequence: str) -> None:
    """A destructive command asks for the name; `yes` is for scripts. Raises GrowthError where it is not given."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise GrowthError(consequence, fix=_("add --yes to do it without being asked"))
    say(consequence)
    # the question goes where `say` puts what is for people: with --json stdout holds nothing but JSON
    stream = sys.stderr if wants_json() else sys.stdout
    stream.write(printable(_("Type {name} to go on: ", name=name)))
    stream.flush()
    if sys.stdin.readline().strip() != name:
        raise GrowthError(_("not confirmed, nothing was changed"))


@contextmanager
def stopping(note: str = "") -> Iterator[Callable[[], bool]]:
    """Within the block SIGTERM and Ctrl-C only ask: what is yielded says whether they did; `note` is said then. A second one interrupts."""
    import signal

    asked = False

    def ask(_number: int, _frame: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        if note:
            warn(note)

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def mapped_headers(texts: Iterable[str] | None) -> dict[str, str]:
    """What ``--map HEADER=COLUMN`` said: header → our column. Raises GrowthError for one that says nothing."""
    headers = {}
    for text in texts or ():
        header, equals, column = text.rpartition("=")
        if not equals or not header.strip():
            raise GrowthError(f"--map {text}", fix=_("write it as --map “会员邮箱=email”"))
        headers[header.strip()] = column.strip()
    return headers


def parse_instant(value: str, *, end: bool = False) -> datetime:
    """A date or RFC 3339 time of the site; with `end`, a date means its whole day (contracts/cli.md)."""
    zone = workspace().zone
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            return clock.day_start(day + timedelta(days=1), zone) - clock.MICROSECOND if end else clock.day_start(day, zone)
        instant = datetime.fromisoformat(value)
    except ValueError as fault:
        raise GrowthError(f"“{value}”: {_('not a date or time')}", fix="2026-11-23, 2026-11-23T10:00:00+08:00") from fault
    return clock.aware(instant if instant.tzinfo else instant.replace(tzinfo=zone))


def parse_day(value: str) -> date:
    """A day, ``2026-11-23``."""
    try:
        return date.fromisoformat(value)
    except ValueError as fault:
        raise GrowthError(f"“{value}”: {_('not a date')}", fix="2026-11-23") from fault


def _silent(*, done: int | None = None, total: int | None = None, errors: int = 0, note: str = "") -> None:
    return


def _plain_progress(label: str, total: int | None) -> Tick:
    begun = last = time.monotonic()
    whole = total

    def tick(*, done: int | None = None, total: int | None = None, errors: int = 0, note: str = "") -> None:
        nonlocal last, whole
        whole = total if total is not None else whole
        if time.monotonic() - last >= 10 and done is not None:
            last = time.monotonic()
            of = f"/{whole}" if whole else ""
            sys.stderr.write(f"{label}: {done}{of}, {done / (last - begun):.0f}/s, {_('errors')} {errors} {printable(note)}\n")

    return tick


def _bar(label: str, total: int | None) -> Iterator[Tick]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    # a note is text from outside (a page's title): `[/red]` in it is no markup
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}/s"))
    note = TextColumn("{task.fields[note]}", markup=False)
    more = (TextColumn("{task.fields[errors]} ✗"), TimeElapsedColumn(), TimeRemainingColumn(), note)
    with Progress(*columns, *more, console=_console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total, rate=0, errors=0, note="")
        begun = time.monotonic()

        def tick(*, done: int | None = None, total: int | None = None, errors: int = 0, note: str = "") -> None:
            rate = round((done or 0) / max(time.monotonic() - begun, 0.001))
            bar.update(task, completed=done, total=total, errors=errors, note=printable(note)[:60], rate=rate)

        yield tick


def _console(*, stderr: bool) -> Any:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=not sys.stdout.isatty())


def _table(rows: list[Any], columns: Mapping[str, str], empty: str | None, words: Words) -> None:
    if not rows:
        say(empty or _("Nothing here."))
        return
    from rich.table import Table
    from rich.text import Text as RichText

    from growth.rendering.states import state_word

    spoken: Words = {"state": state_word, "severity": state_word, **words}
    table = Table(box=None, pad_edge=False, header_style="bold")
    plain = [_plain(row) for row in rows]
    for key, title in columns.items():
        numeric = all(isinstance(row.get(key), int | float | None) for row in plain)
        table.add_column(title, justify="right" if numeric else "left", overflow="fold")
    for row in plain:
        shown = {key: spoken[key](row[key]) if key in spoken and isinstance(row.get(key), str) else row.get(key) for key in columns}
        table.add_row(*(RichText(printable(_cell(shown[key]))) for key in columns))
    console = _console(stderr=False)
    if not sys.stdout.isatty():
        console.width = 200
    console.print(table)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict) and set(value) == {"amount", "currency"}:
        return f"{value['amount']} {value['currency']}"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _write_json(document: object, *, indent: int | None = None) -> None:
    sys.stdout.write(escaped_json(json.dumps(_plain(document), ensure_ascii=False, indent=indent)) + "\n")


_PLAIN: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (Money, lambda value: value.as_json()),
    (Enum, lambda value: value.value),
    (datetime, lambda value: clock.rfc3339(value, _zone())),
    (date, lambda value: value.isoformat()),
    (timedelta, lambda value: value.total_seconds()),
    (UUID, str),
    (Path, str),
    (Decimal, lambda value: int(value) if value == value.to_integral_value() else float(value)),
)


def _plain(value: Any) -> Any:
    """`value` of JSON's own kinds: times RFC 3339 in the site's zone, money as amount and currency, ids as text."""
    if value is None or isinstance(value, bool | float) or type(value) in (int, str):
        return value
    for kind, convert in _PLAIN:
        if isinstance(value, kind):
            return convert(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, int | str) else str(value)


def _zone() -> Any:
    found = _opened.get("workspace")
    return found.zone if found is not None else None
