"""How a period stands, all its messages together, and what a person does with it: pause, go on, give up, try again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from campaigns.campaign import step_stream
from campaigns.sequences import StepState, StepView, set_steps, steps_of
from growth.messaging import (
    DeliveryState,
    MailingStands,
    MailingState,
    MailingView,
    cancel_mailing,
    mailing_of,
    pause_mailing,
    resume_mailing,
    retry_mailing,
)


def pause_period(session: Session, *, campaign: str, period: str, reason: str, now: datetime) -> None:
    """Stop after the batch in hand, the later messages too. Raises MailingStands where there is nothing to pause."""
    steps = set_steps(session, campaign=campaign, period=period, of=(StepState.WAITING,), to=StepState.PAUSED)

    def stop(stream: str) -> None:
        pause_mailing(session, stream=stream, occurrence=period, reason=reason, now=now)

    _each(session, campaign, period, stop, steps=steps)


def resume_period(session: Session, *, campaign: str, period: str, now: datetime) -> None:
    """Go on. Raises MailingStands where it is not paused."""
    steps = set_steps(session, campaign=campaign, period=period, of=(StepState.PAUSED,), to=StepState.WAITING, look_at=now)
    _each(session, campaign, period, lambda stream: resume_mailing(session, stream=stream, occurrence=period, now=now), steps=steps)


def cancel_period(session: Session, *, campaign: str, period: str, reason: str, now: datetime) -> int:
    """Give it up, for people on the way too; how many messages that were written down will not be sent. Raises MailingStands."""
    count = 0
    steps = set_steps(session, campaign=campaign, period=period, of=(StepState.WAITING, StepState.PAUSED), to=StepState.CANCELLED)

    def give_up(stream: str) -> None:
        nonlocal count
        count += cancel_mailing(session, stream=stream, occurrence=period, reason=reason, now=now)

    _each(session, campaign, period, give_up, steps=steps)
    return count


def retry_period(session: Session, *, campaign: str, period: str, now: datetime) -> int:
    """Try what was rejected once more; how many. Whoever gets it then is followed up as anybody. Raises MailingStands."""
    count = 0

    def again(stream: str) -> None:
        nonlocal count
        count += retry_mailing(session, stream=stream, occurrence=period, now=now)

    _each(session, campaign, period, again, steps=0)
    if count:
        set_steps(session, campaign=campaign, period=period, of=(StepState.DONE,), to=StepState.WAITING, look_at=now)
    return count


def _each(session: Session, campaign: str, period: str, work: Callable[[str], object], *, steps: int) -> None:
    """`work` on every mailing of the period; what one of them refuses counts only where nothing else could be done."""
    done, refused = steps, None
    for number in range(1, len(steps_of(session, campaign=campaign, period=period)) + 2):
        stream = step_stream(campaign, number)
        if number > 1 and mailing_of(session, stream=stream, occurrence=period) is None:
            continue
        try:
            work(stream)
            done += 1
        except MailingStands as fault:
            refused = refused or fault
    if refused is not None and not done:
        raise refused


def status(session: Session, *, campaign: str, period: str) -> dict[str, Any]:
    """The document of ``status`` and ``send`` (contracts/cli.md): the first message, then the later ones as `steps`."""
    view = mailing_of(session, stream=step_stream(campaign, 1), occurrence=period)
    document: dict[str, Any] = {
        "campaign": campaign,
        "period": period,
        "state": view.state if view else "not-begun",
        **({"recipients": view.recipients} if view else {}),
        "counts": _counts(view),
        "started_at": view.started_at if view else None,
        "finished_at": view.finished_at if view else None,
    }
    steps = steps_of(session, campaign=campaign, period=period)
    return document | ({"steps": [_step(session, step) for step in steps]} if steps else {})


def _step(session: Session, step: StepView) -> dict[str, Any]:
    view = mailing_of(session, stream=step_stream(step.campaign, step.step), occurrence=step.period)
    return {
        "step": step.step,
        "state": state_of_step(step, view),
        "recipients": view.recipients if view else 0,
        "counts": _counts(view),
        "next_at": step.look_at if step.state is StepState.WAITING else None,
    }


def state_of_step(step: StepView, view: MailingView | None) -> str:
    """One word for a later message: ``sending`` while something of it goes out, else what its step says."""
    if view is not None and view.state is MailingState.SENDING:
        return view.state.value
    return step.state.value


def _counts(view: MailingView | None) -> dict[str, int]:
    return {state.value: view.counts[state] if view else 0 for state in DeliveryState}
