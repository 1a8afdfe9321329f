"""``growth activity``: promotions with dates, budget and goal, and what each brought."""

from __future__ import annotations

from typing import Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

app = toolkit.group(_("Activities and what each brought: growth activity list"))


@app.command("list")
def list_() -> None:
    """All activities, the latest first. Example: growth activity list"""
    from growth.operations import activities

    workspace = toolkit.workspace()
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "state": one.state.value,
            "from": one.span.first,
            "until": one.span.last,
            "owner": one.owner,
            "budget": one.budget,
            "tasks_open": one.tasks_open,
        }
        for one in activities(workspace, today=clock.site_day(clock.now(), workspace.zone))
    ]
    toolkit.emit_rows(
        rows,
        columns={
            "id": _("Activity"),
            "name": _("Name"),
            "state": _("State"),
            "from": _("From"),
            "until": _("Until"),
            "tasks_open": _("Open tasks"),
        },
        empty=_("No activity yet. Start one: growth new activity NAME"),
    )


@app.command()
def review(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """What an activity brought, beside the days before it. Example: growth activity review autumn"""
    from growth.operations import refresh
    from growth.operations import review as review_of

    workspace, database, now = toolkit.workspace(), toolkit.database(), clock.now()
    refresh(database, now=now)
    with database.read() as session:
        found = review_of(session, workspace, name, today=clock.site_day(now, workspace.zone))
    document = {
        "id": found.view.id,
        "state": found.view.state.value,
        "from": found.view.span.first,
        "until": found.view.span.last,
        "visits": found.visits,
        "signups": float(found.signups),
        "cost": found.cost,
        "goal": found.view.goal_signups,
        "reached": float(found.reached) if found.reached is not None else None,
        "days_before": found.days_before,
        "visits_before": found.visits_before,
        "signups_before": float(found.signups_before),
        "more_a_day": round(float(found.more_a_day), 2),
    }
    before = f"{found.signups_before:g}"
    lines = [
        _("{name}: {n} sign-ups from {visits} visits", name=found.view.name, n=f"{found.signups:g}", visits=found.visits),
        _("the {days} days before: {n} sign-ups from {visits} visits", days=found.days_before, n=before, visits=found.visits_before),
        _("{more} sign-ups a day more than before it", more=f"{found.more_a_day:.1f}"),
    ]
    if found.reached is not None:
        lines.append(_("{share} of the goal of {goal}", share=f"{found.reached:.0%}", goal=found.view.goal_signups))
    if found.cost is not None:
        lines.append(_("cost {cost}", cost=str(found.cost)))
    toolkit.emit(document, text="\n".join(lines))
