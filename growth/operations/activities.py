"""Activities (活动): what is declared, where each stands, and what it brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from growth.errors import GrowthError
from growth.language import _
from growth.money import Money
from growth.operations.rows import Span
from growth.operations.schema import ActivityFile
from growth.workspace import Workspace, hint_for

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class ActivityState(StrEnum):
    """Where an activity stands."""

    #: it has not begun
    PLANNED = "planned"
    #: its days are now
    RUNNING = "running"
    #: its days are over
    DONE = "done"


class UnknownActivity(GrowthError):
    """No file of that name in activities/."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityView:
    """An activity with its state today."""

    id: str
    name: str
    span: Span
    state: ActivityState
    owner: str
    budget: Money | None
    goal_signups: int | None
    channels: tuple[str, ...]
    campaigns: tuple[str, ...]
    tasks_open: int
    compare: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityReview:
    """What an activity brought in its days, beside the days before it."""

    view: ActivityView
    visits: int
    signups: Decimal
    cost: Money | None
    visits_before: int
    signups_before: Decimal
    days_before: int

    @property
    def reached(self) -> Decimal | None:
        """Share of the goal; None without one."""
        return self.signups / self.view.goal_signups if self.view.goal_signups else None

    @property
    def more_a_day(self) -> Decimal:
        """Sign-ups a day more than before it."""
        return self.signups / self.view.span.days - self.signups_before / max(self.days_before, 1)


def activities(workspace: Workspace, *, today: date) -> list[ActivityView]:
    """All activities, the latest first."""
    found = [_view(name, value, today) for name, value in workspace.many("activity", ActivityFile).items()]
    return sorted(found, key=lambda one: (one.span.first, one.id), reverse=True)


def activity(workspace: Workspace, name: str, *, today: date) -> ActivityView:
    """The activity of that name. Raises UnknownActivity with the nearest."""
    known = workspace.many("activity", ActivityFile)
    if name not in known:
        raise UnknownActivity(
            _("there is no activity “{name}”", name=name), fix=hint_for(name, sorted(known)) or "growth new activity NAME"
        )
    return _view(name, known[name], today)


def review(session: Session, workspace: Workspace, name: str, *, today: date) -> ActivityReview:
    """What the activity brought up to `today`, and its channels in as many days before as `compare` says."""
    from growth.operations.facts import channel_yields

    view = activity(workspace, name, today=today)
    span = Span(first=view.span.first, last=max(view.span.first, min(view.span.last, today)))
    days = max(view.compare.days, 1)
    before = Span(first=view.span.first - timedelta(days=days), last=view.span.first - timedelta(days=1))
    now = [row for row in channel_yields(session, workspace, span) if row.name in view.channels]
    then = [row for row in channel_yields(session, workspace, before) if row.name in view.channels]
    costs = [row.cost for row in now if row.cost is not None]
    same = [cost for cost in costs if cost.currency == costs[0].currency]
    return ActivityReview(
        view=view,
        visits=sum(row.visits for row in now),
        signups=sum((row.signups for row in now), Decimal(0)),
        cost=Money(sum((cost.amount for cost in same), Decimal(0)), costs[0].currency) if costs else None,
        visits_before=sum(row.visits for row in then),
        signups_before=sum((row.signups for row in then), Decimal(0)),
        days_before=days,
    )


def _view(name: str, value: ActivityFile, today: date) -> ActivityView:
    state = ActivityState.PLANNED if today < value.from_ else ActivityState.DONE if today > value.until else ActivityState.RUNNING
    return ActivityView(
        id=name,
        name=value.name,
        span=Span(first=value.from_, last=value.until),
        state=state,
        owner=value.owner,
        budget=value.budget,
        goal_signups=value.goal.signups,
        channels=value.channels,
        campaigns=value.campaigns,
        tasks_open=sum(not task.done for task in value.tasks),
        compare=value.compare,
    )
