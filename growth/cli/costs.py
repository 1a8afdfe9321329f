"""``growth costs``: what channels cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

app = toolkit.group(_("What channels cost."))


@app.callback()
def costs() -> None:
    """What channels cost."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("CSV or XLSX: day,channel,amount, or a platform's export."))],
    channel: Annotated[str | None, typer.Option("--channel", help=_("The channel of an export that names none."))] = None,
    map_: toolkit.map_option = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Import costs; a row that comes twice counts once. Example: growth costs import 百度推广-2026-11.csv --channel baidu-paid"""
    from growth.channels import cost_columns, declared_channels, ensure_channels, import_costs
    from growth.db import own_headers

    workspace, database = toolkit.workspace(), toolkit.database()
    new = toolkit.mapped_headers(map_)
    own = own_headers(database, kind="costs", new=new, columns=cost_columns(), remember=not dry_run)
    with database.read() if dry_run else database.write() as session:
        ensure_channels(session, workspace=workspace, now=clock.now())
        done = import_costs(session, file, declared=declared_channels(workspace), channel=channel, own=own)
    counts = {"rows": done.rows, "written": done.written, "unchanged": done.unchanged}
    text = _("{rows} rows: {written} written, {unchanged} unchanged, {rejected} rejected", **counts, rejected=len(done.rejected))
    if dry_run:
        text += "\n" + _("Nothing was changed (--dry-run).")
    document = {**counts, "rejected": done.rejected, "engine": done.engine, "channel": done.channel}
    toolkit.emit(document, text=text)
    for row in done.rejected[:20]:
        toolkit.warn(_("row {row}, {column}: {reason}", row=row.row, column=row.column, reason=row.reason))
