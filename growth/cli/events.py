"""``growth events``: visits from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import GrowthError
from growth.language import _

app = toolkit.group(_("Visits from a file."))


@app.callback()
def events() -> None:
    """Visits from a file."""


@app.command("import")
def import_(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help=_("JSON lines, plain or gzip; - is standard input."))] = None,
    logs: Annotated[
        list[Path] | None,
        typer.Option("--log", metavar="FILE", help=_("an access log: combined format or JSON lines, plain, .gz or .bz2; may come again")),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="PATTERN", help=_("with --log: paths that are no pages, as /api/*")),
    ] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Import the objects of /collect with at, ip, user_agent, or (--log) pages that have no script; a second import changes nothing.

    Example: growth events import log.jsonl
    """
    from growth.traffic import EventImport, import_events, import_log

    if (file is None) == (not logs):
        raise GrowthError(_("name a file of events, or logs, not both"), fix="growth events import --log access.log")
    database = toolkit.database()
    with toolkit.progress(_("Importing events")) as tick:

        def tell(state: EventImport) -> None:
            tick(done=state.lines, errors=state.rejected)

        if file is not None:
            done = import_events(database, file, now=clock.now(), tell=tell, dry_run=dry_run)
        else:
            done = import_log(database, logs or (), now=clock.now(), exclude=exclude or (), tell=tell, dry_run=dry_run)
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
