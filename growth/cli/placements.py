"""``growth placement``: where the site is published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import GrowthError
from growth.language import _

app = toolkit.group(_("Where the site is published: growth placement list"))


@app.command("list")
def list_(kind: Annotated[str | None, typer.Option(help=_("directory, article, video, partner-link …"))] = None) -> None:
    """Every placement with state, evidence and cost. Example: growth placement list --kind directory"""
    from growth.placements import history, placements
    from growth.placements.keep import sync

    database = toolkit.database()
    sync(database, now=clock.now())
    with database.read() as session:
        rows: list[dict[str, Any]] = []
        for view in placements(session, kind=kind):
            steps = history(session, id=view.id)
            rows.append(
                {
                    "id": view.id,
                    "channel": view.channel,
                    "kind": view.kind,
                    "state": view.state,
                    "since": view.since,
                    "at": view.at,
                    "cost": view.cost,
                    "checked_at": view.checked_at,
                    "evidence": steps[-1].evidence if steps else None,
                }
            )
    toolkit.emit_rows(
        rows,
        columns={
            "id": _("Placement"),
            "channel": _("Channel"),
            "kind": _("Kind"),
            "state": _("State"),
            "at": _("Page"),
            "cost": _("Cost"),
            "evidence": _("Evidence"),
        },
        empty=_("No placement yet. Write one into placements.yaml, or: growth new placement NAME"),
    )


@app.command()
def add(
    id_: Annotated[str, typer.Argument(metavar="ID")],
    channel: Annotated[str, typer.Option(help=_("The channel it is booked on."))],
    kind: Annotated[str, typer.Option(help=_("directory, article, video, partner-link …"))],
    at: Annotated[str | None, typer.Option(help=_("The page that shows it."))] = None,
    title: Annotated[str | None, typer.Option()] = None,
    cost: Annotated[str | None, typer.Option(help="3000 CNY")] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Write a placement into placements.yaml. Example: growth placement add sina-2026-11 --channel media-sina --kind article --at https://…"""
    from growth.placements.edit import add_entries

    entry = {
        key: value for key, value in {"id": id_, "channel": channel, "kind": kind, "at": at, "title": title, "cost": cost}.items() if value
    }
    diff = add_entries(toolkit.workspace(), [entry], dry_run=dry_run)
    toolkit.emit({"id": id_, "written": not dry_run}, text=diff)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help=_("CSV or XLSX with the columns of placements.yaml."))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Write placements from a table into placements.yaml, row by row. Example: growth placement import placements.csv"""
    from growth.placements.edit import import_table

    verdict = import_table(toolkit.workspace(), file, dry_run=dry_run)
    toolkit.emit(
        verdict,
        text=_(
            "{created} new, {unchanged} there already, {n} refused",
            created=verdict["created"],
            unchanged=verdict["unchanged"],
            n=len(verdict["rejected"]),
        ),
    )
    if not toolkit.wants_json():
        for row in verdict["rejected"]:
            toolkit.warn(f"{file}:{row['row']}: {row['column']}: {row['reason']}")


@app.command()
def verify(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help=_("Only these; else all that have a page."))] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Look at the pages and take each placement's life a step. Example: growth placement verify hao123-home"""
    from growth.placements import placements
    from growth.placements.keep import sync, verify_due

    database, now = toolkit.database(), clock.now()
    sync(database, now=now)
    with database.read() as session:
        known = {view.id: view for view in placements(session)}
    if unknown := sorted(set(ids or ()) - set(known)):
        raise GrowthError(_("there is no placement “{id}”", id=unknown[0]), fix="growth placement list")
    wanted = (
        frozenset(ids)
        if ids
        else frozenset(view.id for view in known.values() if view.at and view.state not in ("planned", "refused", "expired"))
    )
    if dry_run:
        toolkit.emit_rows([{"id": id_, "at": known[id_].at} for id_ in sorted(wanted)], columns={"id": _("Placement"), "at": _("Page")})
        return
    looks = list(verify_due(database, now=now, ids=wanted, actor="command"))
    toolkit.emit_rows(
        looks,
        columns={"id": _("Placement"), "verdict": _("Verdict"), "state": _("State"), "evidence": _("Evidence")},
        empty=_("No placement has a page to look at."),
    )
