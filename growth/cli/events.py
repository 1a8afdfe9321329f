"""``growth events``: visits from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

app = toolkit.group(_("Visits from a file."))


@app.callback()
def events() -> None:
    """Visits from a file."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("JSON lines, plain or gzip; - is standard input."))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Import the objects of /collect with at, ip, user_agent; a second import changes nothing. Example: growth events import log.jsonl"""
    from growth.traffic import EventImport, import_events

    database = toolkit.database()
    with toolkit.progress(_("Importing events")) as tick:

        def tell(state: EventImport) -> None:
            tick(done=state.lines, errors=state.rejected)

        done = import_events(database, file, now=clock.now(), tell=tell, dry_run=dry_run)
    document = {
        "lines": done.lines,
        "stored": done.stored,
        "repeated": done.repeated,
        "dropped": dict(sorted(done.dropped.items())),
        "rejected": done.rejected,
        "reasons": done.reasons,
        "unknown_fields": done.unknown_fields,
    }
    text = _(
        "{lines} lines: {stored} stored, {repeated} known already, {dropped} left out, {rejected} rejected",
        lines=done.lines,
        stored=done.stored,
        repeated=done.repeated,
        dropped=done.dropped.total(),
        rejected=done.rejected,
    )
    for reason, count in sorted(done.dropped.items()):
        text += f"\n  {reason}: {count}"
    if dry_run:
        text += "\n" + _("Nothing was changed (--dry-run).")
    toolkit.emit(document, text=text)
    for row in done.reasons[:20]:
        toolkit.warn(_("line {line}: {reason}", line=row.line, reason=row.reason))
