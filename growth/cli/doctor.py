"""``growth doctor``: look for what is wrong with this installation; each line ok, warn or fail, with what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from growth.app import Diagnosis, Level, handed
from growth.cli import toolkit
from growth.errors import ExitCode, GrowthError
from growth.language import _

if TYPE_CHECKING:
    from growth.db import Database
    from growth.workspace import Workspace

app = toolkit.single()
_MARK = {Level.OK: ("✓", "green"), Level.WARN: ("!", "yellow"), Level.FAIL: ("✗", "red")}


@app.command()
def doctor() -> None:
    """Look at configuration, keys, database, disk, providers, DNS; exit code 1 with a fail. Example: growth doctor --json"""
    found = list(_diagnoses())
    if toolkit.wants_json():
        toolkit.emit_rows(found, columns={})
    else:
        for line in found:
            _print(line)
        counts = {level: sum(line.level is level for line in found) for level in Level}
        toolkit.say(_("{ok} ok, {warn} warnings, {fail} failures", ok=counts[Level.OK], warn=counts[Level.WARN], fail=counts[Level.FAIL]))
    if any(line.level is Level.FAIL for line in found):
        raise typer.Exit(ExitCode.FOUND)


def _diagnoses() -> Iterator[Diagnosis]:
    try:
        workspace = toolkit.workspace()
    except GrowthError as fault:
        yield from _without_workspace(fault)
        return
    yield Diagnosis(id="workspace", level=Level.OK, message=_("configuration: {root} is read without a fault", root=workspace.root))
    database = None
    try:
        database = toolkit.database()
    except GrowthError as fault:
        yield Diagnosis(id="database", level=Level.FAIL, message=_("database: {what}", what=fault.message), fix=fault.fix)
    for check in handed(workspace.apps, "doctor"):
        yield from _guarded(check, workspace, database)


def _without_workspace(fault: GrowthError) -> Iterator[Diagnosis]:
    """The program itself works; the configuration is missing or broken."""
    from growth import __version__

    yield Diagnosis(id="program", level=Level.OK, message=_("program: growth {version} runs", version=__version__))
    problems = getattr(fault, "problems", None)
    if problems:
        for problem in problems:
            yield Diagnosis(id="workspace", level=Level.FAIL, message=str(problem), fix="growth check")
    else:
        yield Diagnosis(id="workspace", level=Level.WARN, message=fault.message, fix=fault.fix)


def _guarded(check: object, workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """A check that breaks is a finding, not the end of the examination."""
    name = getattr(check, "__module__", "?")
    try:
        assert callable(check)
        yield from check(workspace, database)
    except Exception as fault:  # noqa: BLE001
        yield Diagnosis(
            id=name,
            level=Level.FAIL,
            message=f"{name}: {type(fault).__name__}: {fault}",
            fix=_("run again with --debug and report what it prints"),
        )


def _print(line: Diagnosis) -> None:
    from rich.text import Text

    from growth.text import printable

    mark, colour = _MARK[line.level]
    text = Text(f"{mark} ", style=colour)
    text.append(printable(line.message), style="default")
    if line.fix and line.level is not Level.OK:
        text.append(f"\n    → {printable(line.fix)}", style="dim")
    toolkit.say(text)
