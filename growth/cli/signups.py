"""``growth signups``: sign-ups from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

app = toolkit.group(_("Sign-ups from a file."))


@app.callback()
def signups() -> None:
    """Sign-ups from a file."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("JSON lines, plain or gzip; - is standard input."))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Import sign-ups and steps, the objects of the API, a line each. Example: growth signups import users.jsonl"""
    from growth.traffic import SignupImport, catch_up, import_signups

    database = toolkit.database()
    if not dry_run:
        catch_up(database)
    with toolkit.progress(_("Importing sign-ups")) as tick:

        def tell(state: SignupImport) -> None:
            tick(done=state.lines, errors=state.rejected)

        done = import_signups(database, file, now=clock.now(), tell=tell, dry_run=dry_run)
    counts = {"lines": done.lines, "signups": done.signups, "steps": done.steps, "unchanged": done.unchanged, "rejected": done.rejected}
    text = _("{lines} lines: {signups} sign-ups, {steps} steps, {unchanged} unchanged, {rejected} rejected", **counts)
    if done.waiting:
        text += "\n" + _("{n} steps wait for a sign-up that is not known yet", n=done.waiting)
    if dry_run:
        text += "\n" + _("Nothing was changed (--dry-run).")
    toolkit.emit({**counts, "waiting": done.waiting, "reasons": done.reasons}, text=text)
    for row in done.reasons[:20]:
        toolkit.warn(_("line {line}: {reason}", line=row.line, reason=row.reason))
