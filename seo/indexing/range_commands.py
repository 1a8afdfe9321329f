"""``growth seo ranges``: the addresses that engines publish for their crawlers, and newer lists in their place."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import GrowthError
from growth.language import _

app = typer.Typer(
    help=_("The addresses by which crawlers are told from forged ones.\n\nExample: growth seo ranges"),
    rich_markup_mode=None,
    invoke_without_command=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def ranges(context: typer.Context) -> None:
    """The lists in force: whose, how many networks, from where, of which day.

    Example: growth seo ranges
    """
    if context.invoked_subcommand is not None:
        return
    from seo.indexing.published import lists_in_force

    with toolkit.database().read() as session:
        rows = lists_in_force(session)
    columns = {"engine": _("Engine"), "networks": _("Networks"), "source": _("Source"), "seen": _("Day"), "kept": _("List")}
    if not toolkit.wants_json():
        words = {"shipped": _("shipped"), "updated": _("updated"), "none": _("none published")}
        rows = [{**row, "kept": words[row["kept"]]} for row in rows]
    toolkit.emit_rows(rows, columns=columns)


@app.command()
def update(
    places: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE|URL]…", help=_("lists as engines publish them; without one, those of Google, Bing and Apple")),
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="NAME", help=_("whose list it is, where its name does not tell"))
    ] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Read newer lists; each takes the place of the engine's list so far.

    Example: growth seo ranges update googlebot.json bingbot.json
    """
    from seo.indexing.published import keep_lists, published_lists, read_list

    workspace, database, now = toolkit.workspace(), toolkit.database(), clock.now()
    today = clock.site_day(now, workspace.zone)
    asked = [(place, engine) for place in places] if places else [(source, name) for name, source in published_lists().items()]
    found = [read_list(place, engine=whose, today=today) for place, whose in asked]
    twice = {one.engine for one in found if sum(other.engine == one.engine for other in found) > 1}
    if twice:
        names = ", ".join(sorted(twice))
        raise GrowthError(_("two of the lists are of the same engine: {names}", names=names), fix=_("put them into one file"))
    rows: list[dict[str, Any]] = keep_lists(database, found, now=now, dry_run=dry_run)
    columns = {
        "engine": _("Engine"),
        "networks": _("Networks"),
        "added": _("New networks"),
        "removed": _("Networks gone"),
        "source": _("Source"),
        "seen": _("Day"),
    }
    toolkit.emit_rows(rows, columns=columns)
    if dry_run:
        toolkit.hint(_("Nothing was changed (--dry-run)."))


@app.command()
def reset(
    engine: Annotated[str, typer.Argument(metavar="ENGINE", help=_("whose list"))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Go back to the list that ships with the program. Example: growth seo ranges reset baidu"""
    from seo.indexing.engines import engines
    from seo.indexing.store import drop_ranges

    if engine not in engines():
        raise GrowthError(_("there is no engine “{name}”; {hint}", name=engine, hint=", ".join(engines())), fix="growth seo ranges")
    database = toolkit.database()
    if not dry_run:
        with database.write() as session:
            drop_ranges(session, engine=engine)
    toolkit.emit(
        {"engine": engine, "reset": not dry_run},
        text=_("The shipped list counts for {engine}.", engine=engine) if not dry_run else _("Nothing was changed (--dry-run)."),
    )
