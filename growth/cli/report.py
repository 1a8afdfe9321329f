"""``growth report operations``: the operations director's report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import GrowthError
from growth.language import _

if TYPE_CHECKING:
    from growth.operations import Format

app = toolkit.group(_("The operations report: growth report operations --period 2026-11 -o report.html"))


@app.callback()
def report() -> None:
    """Reports. With one command only, this keeps its name on the line."""


@app.command()
def operations(
    period: Annotated[str | None, typer.Option(metavar="KEY", help=_("2026-11, 2026-W48 or 2026-11-23; default: this month"))] = None,
    format: Annotated[
        str | None, typer.Option(metavar="html|pdf|xlsx|json|text", help=_("text is ready to paste; default: that of -o, else text"))
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help=_("the file; without it html, pdf and xlsx go to .growth/reports"))
    ] = None,
) -> None:
    """What the period brought, what it cost, what to do next. Example: growth report operations --period 2026-11 -o report.pdf"""
    from growth.operations import Format, kept_path, make_report, period_asked, written
    from growth.reporting import write_whole

    workspace, database, now = toolkit.workspace(), toolkit.database(), clock.now()
    wanted = period_asked(period, workspace=workspace, now=now)
    chosen = _format(format, output)
    report = make_report(database, wanted, now=now)
    if output is None and chosen in (Format.JSON, Format.TEXT):
        content = written(report, workspace, chosen)
        if toolkit.wants_json():
            toolkit.emit(report.as_json())
        else:
            sys.stdout.write(content.decode())
        return
    path = write_whole(output if output is not None else kept_path(workspace, wanted, chosen), written(report, workspace, chosen))
    toolkit.emit({"period": wanted.key, "format": chosen.value, "path": str(path)}, text=_("Written: {path}", path=path))


def _format(asked: str | None, output: Path | None) -> Format:
    """``--format``, else what ``--json`` or the file's ending says, else text."""
    from growth.operations import Format

    if asked is None:
        ending = output.suffix.lower().removeprefix(".") if output is not None else ""
        if toolkit.wants_json() and output is None:
            return Format.JSON
        asked = {"txt": "text", "htm": "html"}.get(ending, ending) or "text"
    if asked not in set(Format):
        raise GrowthError(
            _("“{format}” is no format of the report", format=asked), fix=_("choose from: {formats}", formats=", ".join(Format))
        )
    return Format(asked)
