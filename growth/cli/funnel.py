"""``growth funnel``: from visit to value, by role and channel."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

app = toolkit.single()


@app.command()
def funnel(
    role: Annotated[
        str | None, typer.Option("--role", metavar="R", help=_("A role of growth.yaml › signup.funnel; default: the first."))
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="WORD", help=_("channel: a row each, under the attribution model."))] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="D", help=_("First day; default: the first of the month."))] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="D", help=_("Last day; default: today."))] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="M", help=_("With --by channel."))] = None,
) -> None:
    """Steps from visit to value. Example: growth funnel --role investor --by channel --from 2026-11-01 --to 2026-11-30"""
    from growth.errors import GrowthError
    from growth.traffic import catch_up
    from growth.traffic import funnel as make_funnel

    workspace, database = toolkit.workspace(), toolkit.database()
    funnels = workspace.settings.signup.funnel
    chosen = role or next(iter(funnels))
    if chosen not in funnels:
        raise GrowthError(_("growth.yaml has no funnel for “{role}”", role=chosen), fix=", ".join(funnels))
    if by not in (None, "channel"):
        raise GrowthError(_("--by {word} is not known", word=by), fix="--by channel")
    last = toolkit.parse_day(to) if to else clock.site_day(clock.now(), workspace.zone)
    first = toolkit.parse_day(from_) if from_ else last.replace(day=1)
    steps, of_role = funnels[chosen], None if chosen == "user" else chosen
    catch_up(database)
    with database.read() as session:
        if by is None:
            found = make_funnel(session, steps=steps, role=of_role, from_day=first, until_day=last)
            columns = {"step": _("Step"), "count": _("People"), "of_previous": _("Of the step before"), "of_first": _("Of the first")}
            if toolkit.wants_json():
                toolkit.emit({"role": chosen, "from": first, "to": last, "steps": found})
            else:
                rows = [
                    {"step": step.step, "count": step.count, "of_previous": _percent(step.of_previous), "of_first": _percent(step.of_first)}
                    for step in found
                ]
                toolkit.emit_rows(rows, columns=columns)
            return
        rows = _by_channel(session, workspace, model, steps, of_role, first, last)
    if toolkit.wants_json():
        toolkit.emit({"role": chosen, "from": first, "to": last, "steps": list(steps), "rows": rows})
    else:
        toolkit.emit_rows(rows, columns={"channel": _("Channel"), **{step: step for step in steps}})


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"


def _by_channel(
    session: Any, workspace: Any, model: str | None, steps: Any, role: str | None, first: Any, last: Any
) -> list[dict[str, Any]]:
    from growth.attribution import funnel_by_channel, model_named

    chosen = model_named(model or workspace.settings.attribution.model)
    found = funnel_by_channel(session, workspace=workspace, model=chosen, steps=steps, role=role, from_day=first, until_day=last)
    return [{"channel": row.channel, **{step: round(count, 6) for step, count in zip(steps, row.counts, strict=True)}} for row in found]
