"""Sequences: whoever got a message gets the next one of the same period so long after it, once, unless they did what it waits for.

A step of a period is a mailing that grows: its stream is ``sequence:NAME/2``, its occurrence the period that started it, so that the
ledger's one row per stream, occurrence and address is one message per start of a sequence. People are written down when their wait is
over (`bring_due`), and looked at once more when they are claimed (`heeding`). What a period began with, the run's row holds: a later edit
of the file changes nothing for people on the way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign, campaigns, read_stream, step_stream
from campaigns.compiled import Compiled
from campaigns.compose import Composer, Letter
from campaigns.models import Run, SequenceStep
from campaigns.schema import OnMissing
from growth.contacts import Condition, Segment, segment_query
from growth.db import Database
from growth.jobs import Period
from growth.messaging import (
    Claimed,
    MailingState,
    Message,
    SkipReason,
    add_to_mailing,
    due_to_follow,
    mailing_of,
    next_to_follow,
    open_of_kind,
)

#: people written down in one transaction
PAGE = 1000
#: one look at a step, and the next
SHORTEST_LOOK = timedelta(seconds=20)


class StepState(StrEnum):
    """Where a step of a period stands."""

    #: somebody may still come to it
    WAITING = "waiting"
    #: a person stopped the period; nobody comes to it meanwhile
    PAUSED = "paused"
    #: a person gave the period up
    CANCELLED = "cancelled"
    #: nobody can come to it any more
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step of a period as others see it."""

    campaign: str
    period: str
    step: int
    state: StepState
    look_at: datetime | None


def begin_steps(session: Session, *, campaign: str, period: str, compiled: Compiled, now: datetime) -> None:
    """Rows for the later messages of a period that begins."""
    looks = now
    for number, later in enumerate(compiled.then):
        looks += later.after
        session.add(SequenceStep(campaign=campaign, period=period, step=number + 2, state=StepState.WAITING.value, look_at=looks))


def steps_of(session: Session, *, campaign: str, period: str) -> list[StepView]:
    """The later messages of a period, in order; none before it was begun."""
    rows = session.scalars(
        select(SequenceStep).where(SequenceStep.campaign == campaign, SequenceStep.period == period).order_by(SequenceStep.step)
    )
    return [_view(row) for row in rows]


def steps_between(session: Session, *, since: datetime, until: datetime) -> list[StepView]:
    """Steps that are looked at within a span: the next messages that go out, for the calendar."""
    query = select(SequenceStep).where(
        SequenceStep.state == StepState.WAITING.value, SequenceStep.look_at >= since, SequenceStep.look_at < until
    )
    return [_view(row) for row in session.scalars(query.order_by(SequenceStep.look_at))]


def bring_due(database: Database, *, now: datetime, campaign: str | None = None, period: str | None = None) -> int:
    """Write down everybody whose wait is over; how many. Any number of processes may do it at once: each is written once."""
    query = select(SequenceStep).where(SequenceStep.state == StepState.WAITING.value, SequenceStep.look_at <= now)
    if campaign is not None:
        query = query.where(SequenceStep.campaign == campaign, SequenceStep.period == period)
    with database.read() as session:
        due = [_view(row) for row in session.scalars(query.order_by(SequenceStep.look_at, SequenceStep.step))]
    known = campaigns(database.workspace)
    return sum(_bring(database, known[each.campaign], each, now=now) for each in due if each.campaign in known)


def _bring(database: Database, campaign: Campaign, view: StepView, *, now: datetime) -> int:
    with database.read() as session:
        run = session.get_one(Run, (view.campaign, view.period))
        later = Compiled.from_json(run.content).then[view.step - 2]
    names = {"stream": step_stream(view.campaign, view.step - 1), "occurrence": view.period}
    own = step_stream(view.campaign, view.step)
    by, spared, brought = now - later.after, view.step > 2, 0
    rules = replace(campaign.rules(database.workspace), once=False)
    while True:
        with database.write() as session:
            rows = due_to_follow(session, **names, follows_in=own, by=by, limit=PAGE, spared=spared)
            if rows:
                add_to_mailing(session, stream=own, occurrence=view.period, rules=rules, rows=rows, now=now)
                brought += len(rows)
            if len(rows) < PAGE:
                _look_again(session, view, names, by=by, after=later.after, now=now)
                return brought


def _look_again(session: Session, view: StepView, names: Mapping[str, str], *, by: datetime, after: timedelta, now: datetime) -> None:
    """When the next one's wait is over. Whatever is not handed over yet follows `after` from now at the earliest."""
    first = next_to_follow(session, stream=names["stream"], occurrence=names["occurrence"], after=by, spared=view.step > 2)
    before = mailing_of(session, stream=names["stream"], occurrence=names["occurrence"])
    is_open = before is not None and before.state not in (MailingState.FINISHED, MailingState.CANCELLED)
    if view.step > 2:
        earlier = session.get_one(SequenceStep, (view.campaign, view.period, view.step - 1))
        is_open = is_open or earlier.state in (StepState.WAITING, StepState.PAUSED)
    looks = [first + after] if first is not None else []
    looks += [now + after] if is_open else []
    look_at = max(min(looks), now + SHORTEST_LOOK) if looks else None
    session.execute(
        update(SequenceStep)
        .where(
            SequenceStep.campaign == view.campaign,
            SequenceStep.period == view.period,
            SequenceStep.step == view.step,
            SequenceStep.state == StepState.WAITING.value,
        )
        .values(look_at=look_at, state=(StepState.WAITING if look_at else StepState.DONE).value)
    )


def open_steps(session: Session, known: Mapping[str, Campaign]) -> list[tuple[Campaign, int, str]]:
    """(campaign, step, period) of later messages of which something may be sent now; of campaigns whose file is there."""
    found = []
    for stream, occurrence in open_of_kind(session, kind="sequence"):
        read = read_stream(stream)
        if read is not None and read[0] in known:
            found.append((known[read[0]], read[1], occurrence))
    return found


def step_letter(database: Database, campaign: Campaign, period: Period, step: int) -> Letter:
    """A message of the period as it began with it; whoever lacks a variable by now is left out, so that one does not hold up the rest."""
    with database.read() as session:
        run = session.get_one(Run, (campaign.name, period.key))
        compiled = replace(Compiled.from_json(run.content).step(step), on_missing=OnMissing.SKIP)
        codes = tuple(run.links["then"][step - 2])
    return Letter(file=campaign.file, compiled=compiled, period=period, stream=step_stream(campaign.name, step), codes=codes)


def heeding(
    database: Database, composer: Composer, campaign: Campaign, period: Period, step: int, *, now: Callable[[], datetime]
) -> Callable[[Session, Sequence[Claimed]], Mapping[UUID, Message | SkipReason]]:
    """Compose, but for those who have done what the sequence waited for, or whom this message spares."""
    with database.read() as session:
        whole = Compiled.from_json(session.get_one(Run, (campaign.name, period.key)).content)
    later = whole.then[step - 2]
    conditions = [(SkipReason.STOPPED, _condition(whole.until)), (SkipReason.UNLESS, _condition(later.unless))]

    def compose(session: Session, claimed: Sequence[Claimed]) -> Mapping[UUID, Message | SkipReason]:
        people = {each.contact_id for each in claimed if each.contact_id is not None}
        spared: dict[UUID, SkipReason] = {}
        for reason, condition in conditions:
            if condition is not None and people:
                query = segment_query(session, Segment(all=(condition,)), now=now())
                column = query.selected_columns[0]
                spared = dict.fromkeys(session.scalars(query.where(column.in_(people))), reason) | spared
        made: dict[UUID, Message | SkipReason] = {
            each.id: spared[each.contact_id] for each in claimed if each.contact_id is not None and each.contact_id in spared
        }
        return {**made, **composer.compose(session, [each for each in claimed if each.id not in made])}

    return compose


def deadline(seconds: float, should_stop: Callable[[], bool]) -> Callable[[], bool]:
    """`should_stop`, and after so long in any case."""
    end = time.monotonic() + seconds
    return lambda: should_stop() or time.monotonic() > end


def set_steps(
    session: Session, *, campaign: str, period: str, of: tuple[StepState, ...], to: StepState, look_at: datetime | None = None
) -> int:
    """Put the steps of a period that are in one of the states `of` into another; how many."""
    values: dict[str, Any] = {"state": to.value} | ({"look_at": look_at} if look_at else {})
    statement = (
        update(SequenceStep)
        .where(SequenceStep.campaign == campaign, SequenceStep.period == period, SequenceStep.state.in_([state.value for state in of]))
        .values(values)
        .returning(SequenceStep.step)
    )
    return len(session.scalars(statement).all())


def _condition(written: Mapping[str, Any] | None) -> Condition | None:
    return None if written is None else Condition.model_validate(written)


def _view(row: SequenceStep) -> StepView:
    return StepView(campaign=row.campaign, period=row.period, step=row.step, state=StepState(row.state), look_at=row.look_at)
