"""``growth attribution``: which channel brought each sign-up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

if TYPE_CHECKING:
    from growth.attribution import Report, SignupPath

#: days whose results a report keeps on its way; a whole past is the worker's
_KEPT_DAYS = 31

app = toolkit.group(_("Which channel brought each sign-up."))

_model_option = Annotated[
    str | None,
    typer.Option("--model", metavar="M", help="first, last, last_non_direct, linear, time_decay, position, markov, shapley"),
]


@app.command()
def report(
    model: _model_option = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="D", help=_("First day of the site, inclusive."))] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="D", help=_("Last day of the site, inclusive."))] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="WORD", help="channel, medium, source, campaign, keyword, placement, link, page")
    ] = "channel",
    role: Annotated[str | None, typer.Option("--role", metavar="R", help=_("Only sign-ups of this role."))] = None,
) -> None:
    """Credit, visits, cost and return. Example: growth attribution report --from 2026-11-01 --to 2026-11-30 --model linear"""
    from growth.attribution import attribution_report, keep_credits, keep_nulls, model_named
    from growth.placements.keep import sync
    from growth.traffic import catch_up

    workspace, now = toolkit.workspace(), clock.now()
    dimension = _dimension(by)
    chosen = model_named(model or workspace.settings.attribution.model)
    first = toolkit.parse_day(from_) if from_ else None
    last = toolkit.parse_day(to) if to else clock.site_day(now, workspace.zone)
    database = toolkit.database()
    catch_up(database)
    sync(database, now=now)
    keep_credits(database, most_days=_KEPT_DAYS)
    if chosen.learn is not None:
        keep_nulls(database, from_day=first, until_day=last)
    with database.read() as session:
        found = attribution_report(
            session, workspace=workspace, model=chosen, from_day=first, until_day=last, dimension=dimension, role=role
        )
    toolkit.emit(_document(found), text=_table(found))
    if found.without_nulls:
        toolkit.hint(_("Without paths that came to nothing: the model says only how often a channel is met on the way."))


@app.command()
def path(signup: Annotated[str, typer.Argument(metavar="SIGNUP", help=_("The site's own id of the person."))]) -> None:
    """Each touch of one sign-up, its evidence, its credit under every model. Example: growth attribution path u-1024"""
    from growth.attribution import signup_path
    from growth.traffic import catch_up

    workspace, database = toolkit.workspace(), toolkit.database()
    catch_up(database)
    with database.read() as session:
        found = signup_path(session, signup, workspace=workspace)
    toolkit.emit(_path_document(found), text=_path_table(found))


@app.command("models")
def models_(
    paths: Annotated[Path, typer.Option("--paths", metavar="FILE", help=_("Table: path (a > b > c), conversions, value, null."))],
    model: _model_option = None,
    transforms: Annotated[
        list[str] | None,
        typer.Option(
            "--transform",
            metavar="T",
            help=_("Done to each path first: exposure, first, remove_if_not_all[:CHANNEL] or remove_if_last_and_not_all[:CHANNEL]"),
        ),
    ] = None,
) -> None:
    """The models on a table of paths. Example: growth attribution models --paths paths.csv --model markov"""
    from growth.attribution import model_named, read_paths, table_rows, transformed

    chosen = model_named(model or "last_non_direct")
    rows = table_rows(chosen, transformed(read_paths(paths), transforms or ()))
    text = "\n".join(f"{row.channel:<24} {row.credit:>14.2f} {row.value:>16.2f}" for row in rows)
    toolkit.emit({"model": chosen.id, "rows": rows}, text=text)


def _dimension(word: str) -> Any:
    from growth.attribution import Dimension
    from growth.errors import GrowthError

    try:
        return Dimension(word)
    except ValueError as fault:
        raise GrowthError(_("--by {word} is not known", word=word[:40]), fix=", ".join(Dimension)) from fault


def _document(found: Report) -> dict[str, Any]:
    return {
        "model": found.model,
        "conversions": found.conversions,
        "from": found.from_day,
        "to": found.until_day,
        "without_nulls": found.without_nulls,
        "rows": [
            {
                found.dimension.value: row.label,
                "credit": row.credit,
                "visits": row.visits,
                "cost": row.cost,
                "cac": row.cac,
                "roi": row.roi,
                "value": row.value,
                "few": row.is_uncertain,
            }
            for row in found.rows
        ],
    }


def _table(found: Report) -> Any:
    from rich.table import Table
    from rich.text import Text

    from growth.text import printable

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(found.dimension.value, overflow="fold")
    for title in (_("Sign-ups"), _("Visits"), _("Cost"), _("Cost a sign-up"), _("Return")):
        table.add_column(title, justify="right")
    for row in found.rows:
        credit = f"{row.credit:.2f}".rstrip("0").rstrip(".") + (" *" if row.is_uncertain else "")
        roi = "–" if row.roi is None else f"{row.roi:+.0%}"
        cells = (credit, str(row.visits), str(row.cost or "–"), str(row.cac or "–"), roi)
        table.add_row(Text(printable(row.label)), *cells)
    total = f"{found.conversions}"
    table.add_section()
    table.add_row(_("all"), total, str(sum(row.visits for row in found.rows)), "", "", "")
    table.caption = _("model {model}; * fewer than {n} sign-ups say little", model=found.model, n=10)
    return table


def _path_document(found: SignupPath) -> dict[str, Any]:
    return {
        "signup": found.signup,
        "at": found.at,
        "role": found.role or None,
        "lookback_days": found.lookback.days,
        "learned_from": found.learned_from,
        "learned_until": found.learned_until,
        "touches": found.touches,
        "joins": found.joins,
    }


def _path_table(found: SignupPath) -> str:
    if not found.touches:
        return _("No touch within the lookback: this sign-up is unattributed.")
    lines = []
    for touch in found.touches:
        said = " ".join(filter(None, (touch.source, touch.campaign, touch.term)))
        lines.append(
            f"{clock.rfc3339(touch.at, toolkit.workspace().zone)}  {touch.channel}  {touch.kind}  {said}  [{touch.evidence}, {touch.key}]"
        )
        lines.append("    " + "  ".join(f"{model} {credit:.3f}" for model, credit in touch.credits.items()))
    for entry in found.joins:
        lines.append(f"{entry.one} = {entry.other}  [{entry.evidence}]" + (f"  {_('taken back')}" if entry.undone else ""))
    return "\n".join(lines)
