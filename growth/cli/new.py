"""``growth new``: a file or an entry to start from."""

from __future__ import annotations

from typing import Annotated

import typer

from growth.cli import toolkit
from growth.language import _

app = toolkit.single()


@app.command()
def new(
    kind: Annotated[str, typer.Argument(help="campaign | channel | placement | activity | segment | survey | reply | keyword")],
    name: Annotated[str, typer.Argument(help=_("Its name: letters, digits, - and _."))],
    example: Annotated[str | None, typer.Option("--from", help=_("An example; a wrong name lists them."))] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Write a file or an entry to start from; then edit it and run growth check.

    Shipped examples: 欢迎, 已注册未实名, 已实名未首投, 30天未登录, 新标月报, 节日问候, 满意度.
    Example: growth new campaign monthly --from 新标月报
    """
    from growth.workspace.examples import new_entry

    made = new_entry(toolkit.workspace(), kind, name, example=example, dry_run=dry_run)
    document = {"kind": kind, "name": name, "file": made.file, "line": made.line, "text": made.added, "dry_run": dry_run}
    if dry_run:
        toolkit.emit(document, text=_("Would write into {file}:\n{text}", file=made.file, text=made.added))
        return
    toolkit.emit(document, text=_("Wrote {file}, from line {line}.", file=made.file, line=made.line))
    toolkit.hint(_("Edit it, then: growth check {file}", file=made.file))
