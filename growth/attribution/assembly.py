"""Journeys: each sign-up with the touches of its person within the lookback, whatever key they were recorded under.

A touch at the very instant of the sign-up counts, one after it does not; one exactly as old as the lookback does not. Touches of one
instant are taken in the order in which they were recorded. Of a link for one person both the click and the visit that follows are touches;
they are one contact with us, and the visit stands for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from growth.attribution.path import Path
from growth.channels import CHANNEL, IDENTITY, LINK, ORIGIN, TOUCH
from growth.traffic import SIGNUP, signup_values
from growth.workspace import Workspace

#: touches of one path at most, the latest: a person with more is a machine or a household
MOST_TOUCHES: Final = 200
#: sign-ups and touches that are fetched at a time
_PART: Final = 5000


@dataclass(frozen=True, slots=True)
class OriginView:
    """Where touches came from. `channel` is our own channel's name, else the medium."""

    id: int
    channel: str
    medium: str
    source: str
    campaign: str
    term: str
    link_id: int | None
    link_label: str
    link_via: str
    link_code: str


@dataclass(frozen=True, slots=True)
class PathTouch:
    """A touch on the way to a sign-up."""

    id: int
    at: datetime
    origin: OriginView
    kind: str
    evidence: str
    identity_id: int


@dataclass(frozen=True, slots=True)
class Journey:
    """A sign-up and its touches, the earliest first; `value` in minor units of `currency`."""

    signup_id: int
    external_id: str
    at: datetime
    day: date
    role: str
    value: int
    currency: str
    touches: tuple[PathTouch, ...]

    @property
    def path(self) -> Path:
        """What a model sees."""
        return Path(tuple(touch.origin.channel for touch in self.touches), tuple(self.at - touch.at for touch in self.touches))


def origin_views(session: Session) -> dict[int, OriginView]:
    """All origins by id."""
    rows = session.execute(
        select(
            ORIGIN.c.id,
            CHANNEL.c.name,
            ORIGIN.c.medium,
            ORIGIN.c.source,
            ORIGIN.c.campaign,
            ORIGIN.c.term,
            ORIGIN.c.link_id,
            LINK.c.label,
            LINK.c.via,
            LINK.c.code,
        )
        .outerjoin(CHANNEL, CHANNEL.c.id == ORIGIN.c.channel_id)
        .outerjoin(LINK, LINK.c.id == ORIGIN.c.link_id)
    )
    return {
        id: OriginView(id, name or medium, medium, source, campaign, term, link, label or "", via or "", code or "")
        for id, name, medium, source, campaign, term, link, label, via, code in rows
    }


def journeys(
    session: Session,
    *,
    lookback: timedelta,
    same_visit: timedelta,
    from_day: date | None = None,
    until_day: date | None = None,
    role: str | None = None,
    signup_id: int | None = None,
    with_steps: bool = False,
) -> Iterator[Journey]:
    """The sign-ups of these days (inclusive), in the order of their ids. `with_steps` adds to each what its steps are worth.

    They come as the database gives them: a year of them takes no more memory than a day.
    """
    origins = origin_views(session)
    signups = _signups(from_day, until_day, role, signup_id)
    touched = (
        select(SIGNUP.c.id, TOUCH.c.id, TOUCH.c.at, TOUCH.c.origin_id, TOUCH.c.kind, TOUCH.c.evidence, TOUCH.c.identity_id)
        .join(_self := IDENTITY.alias("self"), _self.c.id == SIGNUP.c.identity_id)
        .join(_member := IDENTITY.alias("member"), _member.c.person == _self.c.person)
        .join(TOUCH, and_(TOUCH.c.identity_id == _member.c.id, TOUCH.c.at <= SIGNUP.c.at))
        .order_by(SIGNUP.c.id, TOUCH.c.at, TOUCH.c.id)
    )
    touched = _filtered(touched, from_day, until_day, role, signup_id).execution_options(yield_per=_PART)
    by_signup = groupby(session.execute(touched), key=lambda row: row[0])
    following = next(by_signup, None)
    for part in session.execute(signups.execution_options(yield_per=_PART)).partitions():
        values = signup_values(session, ids=(part[0][0], part[-1][0])) if with_steps else {}
        for id, external_id, at, day, of_role, value, currency in part:
            touches: list[PathTouch] = []
            if following is not None and following[0] == id:
                since = at - lookback
                touches = [PathTouch(r[1], r[2], origins[r[3]], r[4], r[5], r[6]) for r in following[1] if r[2] > since]
                following = next(by_signup, None)
            minor, unit = values.get(id, (value or 0, currency))
            yield Journey(id, external_id, at, day, of_role, minor, unit, _one_contact(touches, same_visit)[-MOST_TOUCHES:])


def site_journeys(
    session: Session, workspace: Workspace, *, from_day: date | None, until_day: date, role: str | None = None
) -> Iterator[Journey]:
    """The sign-ups of these days with their touches, as growth.yaml says (lookback, visit timeout), and their value with that of steps."""
    settings = workspace.settings.attribution
    return journeys(
        session,
        lookback=settings.lookback,
        same_visit=settings.visit_timeout,
        from_day=from_day,
        until_day=until_day,
        role=role,
        with_steps=True,
    )


def _signups(from_day: date | None, until_day: date | None, role: str | None, signup_id: int | None) -> Select[Any]:
    columns = (SIGNUP.c.id, SIGNUP.c.external_id, SIGNUP.c.at, SIGNUP.c.day, SIGNUP.c.role, SIGNUP.c.value, SIGNUP.c.currency)
    return _filtered(select(*columns).order_by(SIGNUP.c.id), from_day, until_day, role, signup_id)


def _filtered(query: Select[Any], from_day: date | None, until_day: date | None, role: str | None, signup_id: int | None) -> Select[Any]:
    if from_day is not None:
        query = query.where(SIGNUP.c.day >= from_day)
    if until_day is not None:
        query = query.where(SIGNUP.c.day <= until_day)
    if role is not None:
        query = query.where(SIGNUP.c.role == role)
    if signup_id is not None:
        query = query.where(SIGNUP.c.id == signup_id)
    return query


def _one_contact(touches: Sequence[PathTouch], same_visit: timedelta) -> tuple[PathTouch, ...]:
    """Without clicks that a visit through the same link follows."""
    if not any(touch.kind == "click" for touch in touches):
        return tuple(touches)
    kept = []
    for place, touch in enumerate(touches):
        followed = touch.kind == "click" and any(
            later.kind == "visit" and later.origin.link_id == touch.origin.link_id and later.at - touch.at <= same_visit
            for later in touches[place + 1 :]
        )
        if not followed:
            kept.append(touch)
    return tuple(kept)
