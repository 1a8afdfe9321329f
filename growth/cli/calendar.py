"""``growth calendar``: what happens when."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

app = toolkit.single()


@app.command()
def calendar(
    from_: Annotated[str | None, typer.Option("--from", metavar="T", help=_("a date or RFC 3339; default: now"))] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="T", help=_("a date means its whole day; default: 30 days later"))] = None,
) -> None:
    """Campaigns, activities, tasks, reports and what runs out, by day. Example: growth calendar --from 2026-11-01 --to 2026-11-30"""
    from growth.operations import calendar_entries, kind_words

    workspace, database = toolkit.workspace(), toolkit.database()
    since = toolkit.parse_instant(from_) if from_ else clock.now()
    until = toolkit.parse_instant(to, end=True) if to else since + timedelta(days=30)
    with database.read() as session:
        found = calendar_entries(session, workspace, since, until)
    rows = [
        {"at": clock.rfc3339(entry.at, workspace.zone), "kind": entry.kind, "title": entry.title, "link": entry.link} for entry in found
    ]
    toolkit.emit_rows(
        rows,
        columns={"at": _("When"), "kind": _("Kind"), "title": _("What")},
        empty=_("Nothing stands in the calendar."),
        words={"kind": kind_words},
    )
