"""Funnels: how many came, registered, and went on, by role as growth.yaml says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from growth.channels import IDENTITY
from growth.traffic.models import Signup, Step, Visit, VisitorStep

#: the words of growth.yaml for what is no step of the API
VISIT_STEP = "visit"
REGISTER_STEP = "register"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """A step: how many reached it, and what share that is of the step before and of the first. None before anything happened."""

    step: str
    count: int
    of_previous: float | None
    of_first: float | None


def funnel(session: Session, *, steps: Sequence[str], role: str | None, from_day: date, until_day: date) -> list[FunnelStep]:
    """The funnel of the visits and sign-ups of these days (inclusive); later steps count whenever they were taken.

    Visits have no role yet, so the first step counts all. A step between visiting and registering counts visitors who were seen taking it,
    one after registering the sign-ups of `role` that took it, told by the site's server or by the page.
    """
    counts: list[int] = []
    registered = False
    for step in steps:
        if step == VISIT_STEP:
            counts.append(session.scalar(select(func.count()).select_from(Visit).where(Visit.day.between(from_day, until_day))) or 0)
        elif step == REGISTER_STEP:
            registered = True
            counts.append(session.scalar(select(func.count()).select_from(_signups(role, from_day, until_day).subquery())) or 0)
        elif registered:
            counts.append(session.scalar(select(func.count()).select_from(reached(step, role, from_day, until_day).subquery())) or 0)
        else:
            seen = select(VisitorStep.visitor_id.distinct()).where(VisitorStep.name == step, VisitorStep.day.between(from_day, until_day))
            counts.append(session.scalar(select(func.count()).select_from(seen.subquery())) or 0)
    return [
        FunnelStep(
            step=step,
            count=count,
            of_previous=_share(count, counts[place - 1]) if place else None,
            of_first=_share(count, counts[0]) if place else None,
        )
        for place, (step, count) in enumerate(zip(steps, counts, strict=True))
    ]


def reached(step: str, role: str | None, from_day: date, until_day: date) -> Select[int]:
    """Ids of the sign-ups of these days that took `step`."""
    own = IDENTITY.alias("own")
    other = IDENTITY.alias("other")
    by_page = (select(own.c.id).join(other, other.c.person == own.c.person).join(VisitorStep, VisitorStep.visitor_id == other.c.id)).where(
        VisitorStep.name == step
    )
    told = select(Step.signup_id).where(Step.name == step)
    return _signups(role, from_day, until_day).where(or_(Signup.id.in_(told), Signup.identity_id.in_(by_page)))


def _signups(role: str | None, from_day: date, until_day: date) -> Select[int]:
    query = select(Signup.id).where(Signup.day.between(from_day, until_day))
    return query if role is None else query.where(Signup.role == role)


def _share(count: int, of: int) -> float | None:
    # more digits than are shown: what is rounded twice is rounded wrong
    return round(count / of, 6) if of else None
