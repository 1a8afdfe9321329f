"""The later messages of a sequence, as its period's page shows them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from campaigns.campaign import Campaign, step_stream
from campaigns.results import Results
from campaigns.sequences import StepState, StepView, steps_of
from campaigns.standing import state_of_step
from campaigns.words import step_words
from growth.jobs import Period
from growth.language import _
from growth.messaging import mailing_of
from growth.reporting import Column, Kind, Table


def step_table(session: Session, campaign: Campaign, period: Period, found: Results | None) -> Table | None:
    """A line a later message: how it stands, when somebody's wait is over next, what it came to. None before the period began."""
    steps = steps_of(session, campaign=campaign.name, period=period.key)
    if not steps:
        return None
    by_step = {each.step: each for each in found.steps} if found else {}
    rows = []
    for step in steps:
        view = mailing_of(session, stream=step_stream(campaign.name, step.step), occurrence=period.key)
        came = by_step.get(step.step)
        rows.append(
            {
                "step": step.step,
                "href": f"/campaigns/{campaign.name}/{period.key}/deliveries?step={step.step}",
                "state": step_words(state_of_step(step, view)),
                "next_at": step.look_at if step.state is StepState.WAITING else None,
                "recipients": view.recipients if view else 0,
                "sent": came.whole.handed_over if came else 0,
                "skipped": came.whole.skipped if came else 0,
                "opened": came.whole.opened if came else 0,
                "clicked": came.clickers if came else 0,
            }
        )
    columns = [
        Column(id="step", label=_("Message"), key=True),
        Column(id="state", label=_("State"), lead=True),
        Column(id="next_at", label=_("Next at"), kind=Kind.INSTANT),
        Column(id="recipients", label=_("Wait is over"), kind=Kind.NUMBER),
        Column(id="sent", label=_("Sent"), kind=Kind.NUMBER, lead=True),
        Column(id="skipped", label=_("Left out"), kind=Kind.NUMBER),
        Column(id="opened", label=_("Opened"), kind=Kind.NUMBER),
        Column(id="clicked", label=_("Clicked"), kind=Kind.NUMBER),
    ]
    return Table(id="steps", title=_("Later messages"), columns=columns, rows=rows)


def sequence_actions(steps: Sequence[StepView]) -> set[str]:
    """What may be done because later messages wait, whatever the first one's state is."""
    states = {step.state for step in steps}
    found = {"pause", "cancel"} if StepState.WAITING in states else set()
    return found | ({"resume", "cancel"} if StepState.PAUSED in states else set())
