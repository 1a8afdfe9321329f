"""The funnel by channel: how many visits, sign-ups and later steps each channel has, under a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from growth.attribution.assembly import origin_views, site_journeys
from growth.attribution.dimension import Dimension
from growth.attribution.kept import period_nulls
from growth.attribution.model import Learned, Model
from growth.attribution.path import MICRO, UNATTRIBUTED, shares
from growth.attribution.report import visits_by_label
from growth.attribution.tally import count_paths, learn
from growth.traffic import REGISTER_STEP, VISIT_STEP, reached
from growth.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFunnel:
    """One channel's funnel: visits, then credited people by step, in the order of the steps."""

    channel: str
    counts: tuple[float, ...]


def funnel_by_channel(
    session: Session, *, workspace: Workspace, model: Model, steps: Sequence[str], role: str | None, from_day: date, until_day: date
) -> list[ChannelFunnel]:
    """The funnel of the sign-ups of these days, each credited to the channels of its path; the most sign-ups first."""
    found = list(site_journeys(session, workspace, from_day=from_day, until_day=until_day, role=role))
    learned: Learned = {}
    if model.learn is not None:
        nulls = period_nulls(session, workspace, from_day=from_day, until_day=until_day)
        learned = learn(model, count_paths(found), nulls, origin_views(session))
    after = [step for step in steps if step not in (VISIT_STEP, REGISTER_STEP)]
    took = {step: set(session.scalars(reached(step, role, from_day, until_day))) for step in after}
    credited: dict[str, Counter[str]] = {step: Counter() for step in steps}
    for journey in found:
        if journey.touches:
            parts = list(zip(journey.path.channels, shares(model.weigh(journey.path, learned)), strict=True))
        else:
            parts = [(UNATTRIBUTED, MICRO)]
        for step in steps:
            if step == VISIT_STEP or (step in took and journey.signup_id not in took[step]):
                continue
            for channel, micros in parts:
                credited[step][channel] += micros
    visits = visits_by_label(session, Dimension.CHANNEL, from_day=from_day, until_day=until_day)
    names = set(visits) | {name for counted in credited.values() for name in counted}
    rows = [
        ChannelFunnel(
            channel=name,
            counts=tuple(float(visits[name]) if step == VISIT_STEP else credited[step][name] / MICRO for step in steps),
        )
        for name in names
    ]
    at = steps.index(REGISTER_STEP) if REGISTER_STEP in steps else len(steps) - 1
    return sorted(rows, key=lambda row: (row.channel == UNATTRIBUTED, -row.counts[at], -row.counts[0], row.channel))
