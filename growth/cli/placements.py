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
    """Every placement with state, evidence, cost, visits and sign-ups. Example: growth placement list --kind directory"""
    from growth.attribution import placement_figures
    from growth.placements import PlacementKind, history, placement_kind_title, placements
    from growth.placements.keep import sync
    from growth.workspace import hint_for

    if kind is not None and kind not in list(PlacementKind):
        raise GrowthError(_("“{kind}” is no kind of placement", kind=kind), fix=hint_for(kind, [str(each) for each in PlacementKind]))
    database, now = toolkit.database(), clock.now()
    workspace = toolkit.workspace()
    sync(database, now=now)
    with database.read() as session:
        views = placements(session)
        figures = placement_figures(session, workspace=workspace, views=views, until_day=clock.site_day(now, workspace.zone))
        rows: list[dict[str, Any]] = []
        for view in views:
            if kind is not None and view.kind != kind:
                continue
            steps, brought = history(session, id=view.id), figures[view.id]
            rows.append(
                {
                    "id": view.id,
                    "channel": view.channel,
                    "kind": view.kind,
                    "target": view.target,
                    "state": view.state,
                    "since": view.since,
                    "at": view.at,
                    "cost": view.cost,
                    "visits": brought.visits if brought else None,
                    "signups": brought.signups if brought else None,
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
            "visits": _("Visits"),
            "signups": _("Sign-ups"),
            "evidence": _("Evidence"),
        },
        words={"kind": placement_kind_title},
        empty=_("No placement yet. Write one into placements.yaml, or: growth new placement NAME"),
    )


@app.command()
def add(
    id_: Annotated[str, typer.Argument(metavar="ID")],
    channel: Annotated[str, typer.Option(help=_("The channel it is booked on."))],
    kind: Annotated[str, typer.Option(help=_("directory, article, video, partner-link …"))],
    target: Annotated[str | None, typer.Option(help=_("For a directory: its id in growth submit list."))] = None,
    at: Annotated[str | None, typer.Option(help=_("The page that shows it."))] = None,
    link_to: Annotated[str | None, typer.Option(help=_("Our page that its link should lead to."))] = None,
    rel: Annotated[str | None, typer.Option(help="follow, nofollow, sponsored, ugc, any")] = None,
    title: Annotated[str | None, typer.Option(help=_("Its headline or name."))] = None,
    cost: Annotated[str | None, typer.Option(help="3000 CNY")] = None,
    from_: Annotated[str | None, typer.Option("--from", help=_("First day."))] = None,
    until: Annotated[str | None, typer.Option(help=_("Last day; after it the placement is expired, not lost."))] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Write a placement into placements.yaml. Example: growth placement add sina-2026-11 --channel media-sina --kind article --at https://…"""
    from growth.placements.edit import add_entries

    given = {"id": id_, "channel": channel, "kind": kind, "target": target, "at": at, "link_to": link_to, "rel": rel, "title": title}
    given |= {"cost": cost, "from": from_, "until": until}
    diff = add_entries(toolkit.workspace(), [{key: value for key, value in given.items() if value}], dry_run=dry_run)
    toolkit.emit({"id": id_, "written": not dry_run, "diff": diff}, text=diff)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help=_("CSV or XLSX with the columns of placements.yaml."))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Write placements from a table into placements.yaml, row by row. Example: growth placement import placements.csv --dry-run"""
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
    from growth.placements import placements, verdict_title
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
        words={"verdict": verdict_title},
        empty=_("No placement has a page to look at."),
    )
