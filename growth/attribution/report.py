"""The attribution report: credit, visits, cost, cost per sign-up and return by channel (or another dimension), under one model.

Each sign-up is a million millionths, split by the model among its touches so that they sum to it; a second ledger splits its value the
same way. A sign-up without a touch is `unattributed`. Credits are given by channel and only grouped by what is asked, so that every
filter is a sum.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.attribution.assembly import Journey, OriginView, PathTouch, journeys, origin_views
from growth.attribution.dimension import NONE, Dimension, label
from growth.attribution.model import Learned, Model
from growth.attribution.nulls import null_paths
from growth.attribution.path import MICRO, UNATTRIBUTED, PathCount, shares
from growth.channels import COST, channel_costs, channels
from growth.money import Money
from growth.traffic import VISIT, entry_paths, page_paths, signup_values
from growth.workspace import Workspace

#: fewer sign-ups than this say little about a channel
FEW: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One row. `credit` in sign-ups; `cac` is cost per sign-up, `roi` (value − cost) / cost; None where there is nothing to divide."""

    label: str
    micros: int
    value: Money | None
    visits: int
    cost: Money | None
    other_costs: tuple[Money, ...] = ()

    @property
    def credit(self) -> float:
        """Sign-ups."""
        return self.micros / MICRO

    @property
    def cac(self) -> Money | None:
        """What one sign-up cost."""
        if self.cost is None or not self.micros:
            return None
        return Money.from_minor(round(self.cost.minor * MICRO / self.micros), self.cost.currency)

    @property
    def roi(self) -> float | None:
        """Return on cost: 0 means that the value just pays for it."""
        if self.cost is None or not self.cost.minor or self.value is None or self.value.currency != self.cost.currency:
            return None
        return round((self.value.minor - self.cost.minor) / self.cost.minor, 4)

    @property
    def is_uncertain(self) -> bool:
        """Whether so few sign-ups say little."""
        return 0 < self.micros < FEW * MICRO


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of some days under one model. `without_nulls`: the model should see paths that came to nothing, and there were none."""

    model: str
    dimension: Dimension
    from_day: date | None
    until_day: date
    conversions: int
    rows: tuple[ReportRow, ...]
    without_nulls: bool = False

    @property
    def attributed(self) -> int:
        """Sign-ups with at least one touch."""
        return self.conversions - sum(row.micros for row in self.rows if row.label == UNATTRIBUTED) // MICRO


@dataclass(slots=True)
class _Ledgers:
    """Credit and value by label, value by currency."""

    micros: Counter[str] = field(default_factory=Counter)
    values: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def attribution_report(
    session: Session,
    *,
    workspace: Workspace,
    model: Model,
    until_day: date,
    from_day: date | None = None,
    dimension: Dimension = Dimension.CHANNEL,
    role: str | None = None,
) -> Report:
    """The report of the sign-ups of these site days, inclusive; None as the first day takes all."""
    found = list(site_journeys(session, workspace, from_day=from_day, until_day=until_day, role=role))
    learned: Learned = {}
    without_nulls = False
    if model.learn is not None:
        nulls = null_paths(session, zone=workspace.zone, from_day=from_day, until_day=until_day)
        without_nulls = not nulls
        learned = model.learn([*path_counts(found), *nulls])
    pages: Mapping[int, str] = {}
    if dimension is Dimension.PAGE:
        pages = entry_paths(session, {_visit_id(touch) for journey in found for touch in journey.touches})
    ledgers = _Ledgers()
    for journey in found:
        if not journey.touches:
            ledgers.micros[UNATTRIBUTED] += MICRO
            ledgers.values[UNATTRIBUTED][journey.currency] += journey.value
            continue
        weights = model.weigh(journey.path, learned)
        labels = [_label(touch, dimension, pages) for touch in journey.touches]
        for name, micros, value in zip(labels, shares(weights), shares(weights, journey.value), strict=True):
            ledgers.micros[name] += micros
            ledgers.values[name][journey.currency] += value
    visits = visits_by_label(session, dimension, from_day=from_day, until_day=until_day)
    costs = _costs(session, dimension, from_day=from_day, until_day=until_day)
    names = set(ledgers.micros) | set(visits) | set(costs)
    main = main_currency(workspace)
    rows = [_row(name, ledgers, visits, costs, main) for name in names]
    rows.sort(key=lambda row: (row.label == UNATTRIBUTED, -row.micros, -row.visits, row.label))
    return Report(
        model=model.id,
        dimension=dimension,
        from_day=from_day,
        until_day=until_day,
        conversions=len(found),
        rows=tuple(rows),
        without_nulls=without_nulls,
    )


def credits(journey: Journey, model: Model, learned: Learned) -> list[int]:
    """The millionths that each touch of a journey gets; empty for one without touches."""
    return shares(model.weigh(journey.path, learned)) if journey.touches else []


def path_counts(found: Iterable[Journey]) -> list[PathCount]:
    """Journeys counted by their path, as a model learns from them."""
    counted: Counter[tuple[str, ...]] = Counter(journey.path.channels for journey in found if journey.touches)
    return [PathCount(channels, conversions) for channels, conversions in counted.items()]


def main_currency(workspace: Workspace) -> str:
    """The currency that costs and returns are compared in: that of the target, else CNY."""
    target = workspace.settings.targets.cac
    return target.currency if target is not None else "CNY"


def site_journeys(
    session: Session, workspace: Workspace, *, from_day: date | None, until_day: date, role: str | None = None
) -> Iterable[Journey]:
    """The sign-ups of these days with their touches, as growth.yaml says (lookback, visit timeout), and their value with that of steps."""
    settings = workspace.settings.attribution
    return journeys(
        session,
        lookback=settings.lookback,
        same_visit=settings.visit_timeout,
        from_day=from_day,
        until_day=until_day,
        role=role,
        values=signup_values(session, from_day=from_day, until_day=until_day),
    )


def _visit_id(touch: PathTouch) -> int:
    kind, _colon, id = touch.evidence.partition(":")
    return int(id) if kind == "visit" and id.isdigit() else 0


def _label(touch: PathTouch, dimension: Dimension, pages: Mapping[int, str]) -> str:
    if dimension is Dimension.PAGE:
        return pages.get(_visit_id(touch), NONE)
    return label(touch.origin, dimension)


def visits_by_label(session: Session, dimension: Dimension, *, from_day: date | None, until_day: date) -> Counter[str]:
    """Visits that began on these days, by the labels of a dimension."""
    column = VISIT.c.entry_page_id if dimension is Dimension.PAGE else VISIT.c.origin_id
    query = select(column, func.count()).where(VISIT.c.day <= until_day).group_by(column)
    if from_day is not None:
        query = query.where(VISIT.c.day >= from_day)
    counted: Counter[str] = Counter()
    rows = list(session.execute(query).tuples())
    if dimension is Dimension.PAGE:
        paths = page_paths(session, [id for id, _count in rows])
        for id, count in rows:
            counted[paths.get(id, NONE)] += count
        return counted
    origins: Mapping[int, OriginView] = origin_views(session)
    for id, count in rows:
        counted[label(origins[id], dimension)] += count
    return counted


def _costs(session: Session, dimension: Dimension, *, from_day: date | None, until_day: date) -> dict[str, list[Money]]:
    if dimension is Dimension.CHANNEL:
        return channel_costs(session, from_day=from_day, until_day=until_day)
    if dimension is Dimension.MEDIUM:
        media = {view.name: view.medium for view in channels(session)}
        sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for name, amounts in channel_costs(session, from_day=from_day, until_day=until_day).items():
            for amount in amounts:
                sums[media[name]][amount.currency] += amount.minor
        return {name: [Money.from_minor(minor, unit) for unit, minor in sorted(by_unit.items())] for name, by_unit in sums.items()}
    column = {Dimension.CAMPAIGN: COST.c.campaign, Dimension.KEYWORD: COST.c.keyword, Dimension.PLACEMENT: COST.c.placement}.get(dimension)
    if column is None:
        return {}
    query = select(column, COST.c.currency, func.sum(COST.c.amount)).where(column != "", COST.c.day <= until_day)
    query = query.group_by(column, COST.c.currency)
    if from_day is not None:
        query = query.where(COST.c.day >= from_day)
    found: dict[str, list[Money]] = defaultdict(list)
    for name, currency, amount in session.execute(query):
        found[name].append(Money.from_minor(int(amount), currency))
    return dict(found)


def _row(name: str, ledgers: _Ledgers, visits: Counter[str], costs: Mapping[str, Sequence[Money]], main: str) -> ReportRow:
    amounts = sorted(costs.get(name, ()), key=lambda amount: (amount.currency != main, amount.currency))
    values = {unit: minor for unit, minor in ledgers.values[name].items() if unit}
    unit = main if main in values else next(iter(sorted(values)), "")
    return ReportRow(
        label=name,
        micros=ledgers.micros[name],
        value=Money.from_minor(values[unit], unit) if unit else None,
        visits=visits[name],
        cost=amounts[0] if amounts else None,
        other_costs=tuple(amounts[1:]),
    )
