"""``growth audit-log``: who did what, and whether the log is whole."""

from __future__ import annotations

from typing import Annotated

import typer

from growth.cli import toolkit
from growth.errors import ExitCode
from growth.language import _

app = typer.Typer(
    help=_("Who did what. Without a word: the latest entries.") + "\n\n" + _("Example:") + " growth audit-log --action user",
    rich_markup_mode=None,
    add_completion=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def entries(
    context: typer.Context,
    actor: Annotated[str | None, typer.Option("--actor", help=_("only of this actor, as in user:ming"))] = None,
    action: Annotated[str | None, typer.Option("--action", help=_("only this action or noun, as in user or user.role"))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("how many"))] = 50,
) -> None:
    """The latest entries, newest first."""
    if context.invoked_subcommand is not None:
        return
    from growth.accounts import audit_entries

    with toolkit.database().read() as session:
        found = audit_entries(session, actor=actor, action=action, limit=limit)
    columns = {
        "id": "#",
        "at": _("When"),
        "actor": _("Who"),
        "action": _("What"),
        "subject": _("To what"),
        "detail": _("Detail"),
        "reason": _("Why"),
    }
    toolkit.emit_rows(found, columns=columns, empty=_("Nothing has been written down yet."))


@app.command(
    "verify", help=_("Whether a row was changed or removed; 1 names the row.") + "\n\n" + _("Example:") + " growth audit-log verify"
)
def verify() -> None:
    """Walk the chain."""
    from growth.accounts import verify as walk

    with toolkit.database().read() as session:
        fault = walk(session)
    if fault is None:
        toolkit.emit({"whole": True}, text=_("The audit log is whole."))
        return
    toolkit.emit({"whole": False, "table": "audit_log", "row": fault.row, "what": fault.what}, text=str(fault))
    raise typer.Exit(ExitCode.FOUND)
