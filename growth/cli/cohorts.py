"""``growth cohorts``: who stays active, comes again, and is worth what, by the month of signing up."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

app = toolkit.single()


@app.command()
def cohorts(
    by: Annotated[str | None, typer.Option("--by", metavar="WORD", help=_("channel: a row each, under the attribution model."))] = None,
    role: Annotated[str | None, typer.Option("--role", metavar="R", help=_("Sign-ups of this role; default: all."))] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="D", help=_("First day of signing up; default: eleven months back."))
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="D", help=_("Last day; default: today."))] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="M", help=_("With --by channel."))] = None,
) -> None:
    """Active, repeated and value by month of signing up. Example: growth cohorts --by channel --role investor --from 2026-05-01"""
    from growth.attribution import cohorts as make_cohorts
    from growth.attribution import model_named, since_months
    from growth.errors import GrowthError
    from growth.traffic import catch_up

    workspace, database = toolkit.workspace(), toolkit.database()
    if by not in (None, "channel"):
        raise GrowthError(_("--by {word} is not known", word=by), fix="--by channel")
    today = clock.site_day(clock.now(), workspace.zone)
    last = toolkit.parse_day(to) if to else today
    first = toolkit.parse_day(from_) if from_ else since_months(today, 11)
    chosen = model_named(model or workspace.settings.attribution.model) if by else None
    catch_up(database)
    with database.read() as session:
        found = make_cohorts(session, workspace=workspace, from_day=first, until_day=last, today=today, role=role, model=chosen)
    rows = [_row(each, by_channel=by is not None) for each in found]
    if not toolkit.wants_json():
        rows = [
            {name: _percent(value) if isinstance(value, float) and name != "signups" else value for name, value in row.items()}
            for row in rows
        ]
    toolkit.emit_rows(rows, columns=_columns(by_channel=by is not None))


def _columns(*, by_channel: bool) -> dict[str, str]:
    return {
        "month": _("Month"),
        **({"channel": _("Channel")} if by_channel else {}),
        "signups": _("Sign-ups"),
        **{f"active_{n}": _("Active in month {n}", n=n) for n in (1, 3, 6)},
        "repeated": _("Repeated"),
        **{f"value_{n}": _("Value after {n} months", n=n) for n in (1, 3, 6)},
        "cac": _("Cost of a sign-up"),
    }


def _row(cohort: Any, *, by_channel: bool) -> dict[str, Any]:
    return {
        "month": f"{cohort.month:%Y-%m}",
        **({"channel": cohort.channel} if by_channel else {}),
        "signups": round(cohort.signups, 6),
        **{f"active_{n}": _share(cohort.active[n - 1]) for n in range(1, len(cohort.active) + 1)},
        "repeated": _share(cohort.repeated),
        **{f"value_{n}": cohort.value_each(n) for n in cohort.values},
        "cost": cohort.cost,
        "cac": cohort.cac,
    }


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
