"""The path of one sign-up: every touch with its evidence and its credit under every model, and why the keys are one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.attribution.assembly import journeys, origin_views, site_journeys
from growth.attribution.kept import period_nulls
from growth.attribution.model import Learned, all_models
from growth.attribution.path import MICRO, PathCount
from growth.attribution.report import credits
from growth.attribution.tally import PathKey, count_paths, learn
from growth.channels import IDENTITY, Join, joins_of_person
from growth.errors import GrowthError
from growth.language import _
from growth.traffic import find_signup
from growth.workspace import Workspace


class UnknownSignup(GrowthError):
    """There is no sign-up with that id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditedTouch:
    """A touch, who it was recorded for, the row that proves it, and its share of the sign-up by model."""

    at: datetime
    channel: str
    medium: str
    source: str | None
    campaign: str | None
    term: str | None
    kind: str
    key: str
    evidence: str
    credits: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignupPath:
    """The way to one sign-up. Markov learned from the days `learned_from`–`learned_until`, the month of the sign-up."""

    signup: str
    at: datetime
    role: str
    touches: tuple[CreditedTouch, ...]
    joins: tuple[Join, ...]
    learned_from: date
    learned_until: date
    lookback: timedelta


def signup_path(session: Session, external_id: str, *, workspace: Workspace) -> SignupPath:
    """The path of the sign-up that the site calls `external_id`. Raises UnknownSignup."""
    found = find_signup(session, external_id)
    if found is None:
        raise UnknownSignup(_("there is no sign-up “{id}”", id=external_id[:60]), fix=_("the id is the one that the site's server gave"))
    settings = workspace.settings.attribution
    journey = next(iter(journeys(session, lookback=settings.lookback, same_visit=settings.visit_timeout, signup_id=found.id)))
    first = journey.day.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    by_model: dict[str, list[int]] = {}
    month: Counter[PathKey] | None = None
    nulls: list[PathCount] = []
    origins = origin_views(session)
    for id, model in all_models().items():
        learned: Learned = {}
        if model.learn is not None:
            if month is None:
                month = count_paths(site_journeys(session, workspace, from_day=first, until_day=last))
                nulls = period_nulls(session, workspace, from_day=first, until_day=last)
            learned = learn(model, month, nulls, origins)
        by_model[id] = credits(journey, model, learned)
    ids = {touch.identity_id for touch in journey.touches}
    keys = dict(session.execute(select(IDENTITY.c.id, IDENTITY.c.key).where(IDENTITY.c.id.in_(ids))).tuples().all())
    touches = tuple(
        CreditedTouch(
            at=touch.at,
            channel=touch.origin.channel,
            medium=touch.origin.medium,
            source=touch.origin.source or None,
            campaign=touch.origin.campaign or None,
            term=touch.origin.term or None,
            kind=touch.kind,
            key=keys.get(touch.identity_id, ""),
            evidence=touch.evidence,
            credits={id: parts[place] / MICRO for id, parts in by_model.items()},
        )
        for place, touch in enumerate(journey.touches)
    )
    return SignupPath(
        signup=found.external_id,
        at=found.at,
        role=found.role,
        touches=touches,
        joins=tuple(joins_of_person(session, f"signup:{found.external_id}")),
        learned_from=first,
        learned_until=last,
        lookback=settings.lookback,
    )
