"""``growth todo``: what waits for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

app = toolkit.single()


@app.command()
def todo(role: Annotated[str | None, typer.Option(metavar="ROLE", help=_("only what waits for people with this role"))] = None) -> None:
    """What waits for a person: approvals, guided submissions, uncertain sends, tasks. Example: growth todo --role marketer"""
    from growth.operations import todo_entries

    database, zone = toolkit.database(), toolkit.workspace().zone
    with database.read() as session:
        found = todo_entries(session, toolkit.workspace(), may=(lambda *roles: role in roles) if role else None)
    rows = [
        {
            "id": entry.id,
            "severity": entry.severity,
            "title": entry.title,
            "roles": list(entry.roles),
            "since": clock.rfc3339(entry.since, zone),
            "link": entry.link,
        }
        for entry in found
    ]
    toolkit.emit_rows(
        rows,
        columns={"severity": _("Severity"), "title": _("What"), "since": _("Since"), "link": _("Where")},
        empty=_("Nothing waits for a person."),
    )
