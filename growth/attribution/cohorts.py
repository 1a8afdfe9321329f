"""Cohorts: of the people who signed up in one month, how many stay active, come again, and what they are worth beside what they cost.

用户黏度, 活跃度, 交易量. A month after signing up is thirty days, the same for everybody. A cohort shows a month's figure only when all its
sign-ups are that old, so that a young cohort never looks worse than an old one. By channel each sign-up counts to the channels of its path
under an attribution model; the parts sum to the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from growth.attribution.assembly import Journey, origin_views, site_journeys
from growth.attribution.kept import period_nulls
from growth.attribution.model import Learned, Model
from growth.attribution.path import MICRO, UNATTRIBUTED, shares
from growth.attribution.report import main_currency
from growth.attribution.tally import count_paths, learn
from growth.channels import IDENTITY, channel_costs
from growth.money import Money
from growth.traffic import SIGNUP, STEP, VISIT
from growth.workspace import Workspace

#: months after signing up that are looked at
MONTHS: Final = 6
#: the same for everybody, so that cohorts compare
MONTH: Final = timedelta(days=30)
#: those whose value is told
VALUED: Final = (1, 3, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The sign-ups of a month (its first day), of all channels where `channel` is None.

    `active[n-1]`: share that visited the site or took a step in the n-th month after signing up; `repeated`: share that took a step of
    ``signup.repeat`` twice or more; `values[n]`: value within n months, all together. None: too young, or nothing to divide.
    """

    month: date
    channel: str | None
    micros: int
    active: tuple[float | None, ...]
    repeated: float | None
    values: Mapping[int, Money | None]
    cost: Money | None

    @property
    def signups(self) -> float:
        """Sign-ups, credited parts of them by channel."""
        return self.micros / MICRO

    @property
    def cac(self) -> Money | None:
        """What one sign-up cost."""
        return self._each(self.cost)

    def value_each(self, months: int) -> Money | None:
        """Value of one sign-up within so many months."""
        return self._each(self.values[months])

    def _each(self, amount: Money | None) -> Money | None:
        if amount is None or not self.micros:
            return None
        return Money.from_minor(round(amount.minor * MICRO / self.micros), amount.currency)


@dataclass(slots=True)
class _Sums:
    """Millionths by month after signing up, and value in minor units."""

    micros: int = 0
    active: list[int] = field(default_factory=lambda: [0] * MONTHS)
    repeated: int = 0
    values: dict[int, int] = field(default_factory=lambda: dict.fromkeys(VALUED, 0))


@dataclass(slots=True)
class _Life:
    """What one sign-up did after: months in which it was active, how often it repeated, value within 1, 3, 6 months (minor units)."""

    active: set[int] = field(default_factory=set)
    repeats: int = 0
    values: dict[int, int] = field(default_factory=lambda: dict.fromkeys(VALUED, 0))


def cohorts(
    session: Session,
    *,
    workspace: Workspace,
    from_day: date,
    until_day: date,
    today: date,
    role: str | None = None,
    model: Model | None = None,
) -> list[Cohort]:
    """The cohorts of the months of these days (inclusive), the newest first; by channel under `model`, else one a month."""
    found = list(site_journeys(session, workspace, from_day=from_day, until_day=until_day, role=role))
    unit = main_currency(workspace)
    lives = _lives(session, from_day=from_day, until_day=until_day, repeat=workspace.settings.signup.repeat, unit=unit)
    learned: Learned = {}
    if model is not None and model.learn is not None:
        nulls = period_nulls(session, workspace, from_day=from_day, until_day=until_day)
        learned = learn(model, count_paths(found), nulls, origin_views(session))
    sums: dict[tuple[date, str | None], _Sums] = defaultdict(_Sums)
    for journey in found:
        for channel, weight, values in _parts(journey, lives[journey.signup_id], model, learned):
            _add(sums[journey.day.replace(day=1), channel], weight, lives[journey.signup_id], values)
    costs: dict[tuple[date, str | None], int] = {}
    month = from_day.replace(day=1)
    while month <= until_day:
        last = min(_next(month) - timedelta(days=1), until_day)
        costs |= _costs(session, month, max(month, from_day), last, unit=unit, by_channel=model is not None)
        month = _next(month)
    for key in costs:
        sums.setdefault(key, _Sums())
    repeats = bool(workspace.settings.signup.repeat)
    rows = [_row(key, sum_, costs.get(key), unit, today=today, until_day=until_day, repeats=repeats) for key, sum_ in sums.items()]
    return sorted(rows, key=lambda row: (-row.month.toordinal(), row.channel == UNATTRIBUTED, -row.micros, row.channel or ""))


def _parts(journey: Journey, life: _Life, model: Model | None, learned: Learned) -> Iterable[tuple[str | None, int, Sequence[int]]]:
    """(channel, millionths of the sign-up, its part of each of `VALUED`)."""
    values = [life.values[months] for months in VALUED]
    if model is None:
        return [(None, MICRO, values)]
    if not journey.touches:
        return [(UNATTRIBUTED, MICRO, values)]
    weights = model.weigh(journey.path, learned)
    split = zip(*(shares(weights, value) for value in values), strict=True)
    return list(zip(journey.path.channels, shares(weights), split, strict=True))


def _add(sums: _Sums, weight: int, life: _Life, values: Sequence[int]) -> None:
    sums.micros += weight
    for month in life.active:
        sums.active[month - 1] += weight
    if life.repeats > 1:
        sums.repeated += weight
    for months, value in zip(VALUED, values, strict=True):
        sums.values[months] += value


def _row(key: tuple[date, str | None], sums: _Sums, cost: int | None, unit: str, *, today: date, until_day: date, repeats: bool) -> Cohort:
    month, channel = key
    youngest = min(_next(month) - timedelta(days=1), until_day)
    ripe = (today - youngest) // MONTH
    return Cohort(
        month=month,
        channel=channel,
        micros=sums.micros,
        active=tuple(sums.active[place] / sums.micros if sums.micros and place < ripe else None for place in range(MONTHS)),
        repeated=sums.repeated / sums.micros if repeats and sums.micros else None,
        values={months: Money.from_minor(sums.values[months], unit) if months <= ripe else None for months in VALUED},
        cost=Money.from_minor(cost, unit) if cost is not None else None,
    )


def _lives(session: Session, *, from_day: date, until_day: date, repeat: Sequence[str], unit: str) -> dict[int, _Life]:
    """What the sign-ups of these days did."""
    within = SIGNUP.c.day.between(from_day, until_day)
    lives: dict[int, _Life] = defaultdict(_Life)
    own = select(SIGNUP.c.id, SIGNUP.c.value).where(within, SIGNUP.c.value.is_not(None), SIGNUP.c.currency == unit)
    for id, value in session.execute(own):
        for months in VALUED:
            lives[id].values[months] += value
    steps = (
        select(SIGNUP.c.id, SIGNUP.c.at, STEP.c.at, STEP.c.name, STEP.c.value, STEP.c.currency)
        .join(STEP, STEP.c.signup_id == SIGNUP.c.id)
        .where(within)
        .execution_options(yield_per=5000)
    )
    for id, since, at, name, value, currency in session.execute(steps):
        life, month = lives[id], _month(since, at)
        if month is not None:
            life.active.add(month)
        life.repeats += name in repeat
        if value is not None and currency == unit:
            for months in VALUED:
                if at - since < months * MONTH:
                    life.values[months] += value
    for id, since, at in session.execute(_visited(within)):
        if (month := _month(since, at)) is not None:
            lives[id].active.add(month)
    return lives


def _visited(within: Any) -> Select[Any]:
    """Visits of the sign-ups' people after they signed up, whatever key they came under."""
    own, other = IDENTITY.alias("own"), IDENTITY.alias("other")
    return (
        select(SIGNUP.c.id, SIGNUP.c.at, VISIT.c.started_at)
        .join(own, own.c.id == SIGNUP.c.identity_id)
        .join(other, other.c.person == own.c.person)
        .join(VISIT, (VISIT.c.visitor_id == other.c.id) & (VISIT.c.started_at > SIGNUP.c.at))
        .where(within)
        .execution_options(yield_per=5000)
    )


def _month(since: datetime, at: datetime) -> int | None:
    """The month after `since` that `at` falls into, the first being 1; None before it and past the last that is looked at."""
    month = (at - since) // MONTH + 1
    return month if 1 <= month <= MONTHS else None


def _costs(session: Session, month: date, first: date, last: date, *, unit: str, by_channel: bool) -> dict[tuple[date, str | None], int]:
    found: dict[tuple[date, str | None], int] = defaultdict(int)
    for name, amounts in channel_costs(session, from_day=first, until_day=last).items():
        for amount in amounts:
            if amount.currency == unit:
                found[month, name if by_channel else None] += amount.minor
    return found


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def since_months(today: date, months: int) -> date:
    """The first day of the month that lies so many months before today's."""
    first = today.replace(day=1)
    for _time in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
