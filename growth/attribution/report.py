"""The attribution report: credit, visits, cost, cost per sign-up and return by channel (or another dimension), under one model.

Each sign-up is a million millionths, split by the model among its touches so that they sum to it; a second ledger splits its value the
same way. A sign-up without a touch is `unattributed`. Credits are given by channel and only grouped by what is asked, so that every
filter is a sum. Days that do not change any more are taken as kept (`kept`), others told anew from touches and sign-ups.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.attribution.assembly import Journey, OriginView, PathTouch, origin_views, site_journeys
from growth.attribution.dimension import NONE, Dimension, label
from growth.attribution.kept import add_kept_credit, kept_paths, period_nulls, standing
from growth.attribution.model import Learned, Model
from growth.attribution.path import MICRO, UNATTRIBUTED, shares
from growth.attribution.tally import NO_ORIGIN, Ledger, PathKey, count_paths, learn, share_journeys, share_paths
from growth.channels import COST, channel_costs, channels
from growth.money import Money
from growth.traffic import entry_paths, page_paths, visits_by_entry, visits_by_origin
from growth.workspace import Workspace

#: fewer sign-ups than this say little about a channel
FEW: Final = 10
#: sign-ups whose pages are looked up at a time
_PART: Final = 2000


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
    ledgers, conversions, without_nulls = _ledgers(session, workspace, model, from_day, until_day, dimension, role)
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
        conversions=conversions,
        rows=tuple(rows),
        without_nulls=without_nulls,
    )


def _ledgers(
    session: Session, workspace: Workspace, model: Model, from_day: date | None, until_day: date, dimension: Dimension, role: str | None
) -> tuple[_Ledgers, int, bool]:
    """The ledgers by label, the number of sign-ups, and whether a model that learns found no path that came to nothing."""
    found = standing(session, workspace=workspace, from_day=from_day, until_day=until_day)
    one_by_one = dimension is Dimension.PAGE or (model.by_age and model.learn is not None)
    runs = [(from_day, until_day)] if one_by_one else found.runs

    def told() -> Iterator[Journey]:
        for first, last in runs:
            yield from site_journeys(session, workspace, from_day=first, until_day=last, role=role)

    origins = origin_views(session)
    by_path = model.learn is not None or not (model.by_age or dimension is Dimension.PAGE)
    paths = count_paths(told()) if by_path else Counter[PathKey]()
    learned: Learned = {}
    without_nulls = False
    if model.learn is not None:
        if not one_by_one:
            paths += kept_paths(session, found=found, from_day=from_day, until_day=until_day, role=role)
        nulls = period_nulls(session, workspace, from_day=from_day, until_day=until_day)
        without_nulls = not nulls
        learned = learn(model, paths, nulls, origins)
    if dimension is Dimension.PAGE:
        ledgers = _by_page(session, told(), model, learned)
        return ledgers, sum(ledgers.micros.values()) // MICRO, without_nulls
    ledger = Ledger()
    if model.by_age:
        share_journeys(ledger, model, learned, told())
    else:
        share_paths(ledger, model, learned, paths, origins)
    if model.learn is None:
        add_kept_credit(session, ledger, found=found, model=model, from_day=from_day, until_day=until_day, role=role)
    return _labelled(ledger, origins, dimension), sum(ledger.micros.values()) // MICRO, without_nulls


def _labelled(ledger: Ledger, origins: Mapping[int, OriginView], dimension: Dimension) -> _Ledgers:
    ledgers = _Ledgers()
    for (role, origin, currency), micros in ledger.micros.items():
        name = UNATTRIBUTED if origin == NO_ORIGIN else label(origins[origin], dimension)
        ledgers.micros[name] += micros
        if micros:
            # a touch that the model gives nothing makes no worth known: a return of −100 % would be wrong
            ledgers.values[name][currency] += ledger.value[role, origin, currency]
    return ledgers


def _by_page(session: Session, told: Iterable[Journey], model: Model, learned: Learned) -> _Ledgers:
    """By the page that each touch's visit began on, which days that are kept do not say."""
    ledgers = _Ledgers()
    following = iter(told)
    while part := list(islice(following, _PART)):
        pages = entry_paths(session, {_visit_id(touch) for journey in part for touch in journey.touches})
        for journey in part:
            if not journey.touches:
                ledgers.micros[UNATTRIBUTED] += MICRO
                ledgers.values[UNATTRIBUTED][journey.currency] += journey.value
                continue
            weights = model.weigh(journey.path, learned)
            for touch, micros, value in zip(journey.touches, shares(weights), shares(weights, journey.value), strict=True):
                name = pages.get(_visit_id(touch), NONE)
                ledgers.micros[name] += micros
                if micros:
                    ledgers.values[name][journey.currency] += value
    return ledgers


def credits(journey: Journey, model: Model, learned: Learned) -> list[int]:
    """The millionths that each touch of a journey gets; empty for one without touches."""
    return shares(model.weigh(journey.path, learned)) if journey.touches else []


def main_currency(workspace: Workspace) -> str:
    """The currency that costs and returns are compared in: that of the target, else CNY."""
    target = workspace.settings.targets.cac
    return target.currency if target is not None else "CNY"


def _visit_id(touch: PathTouch) -> int:
    kind, _colon, id = touch.evidence.partition(":")
    return int(id) if kind == "visit" and id.isdigit() else 0


def visits_by_label(session: Session, dimension: Dimension, *, from_day: date | None, until_day: date) -> Counter[str]:
    """Visits that began on these days, by the labels of a dimension."""
    counted: Counter[str] = Counter()
    if dimension is Dimension.PAGE:
        by_page = visits_by_entry(session, from_day=from_day, until_day=until_day)
        paths = page_paths(session, by_page)
        for id, count in by_page.items():
            counted[paths.get(id, NONE)] += count
        return counted
    origins: Mapping[int, OriginView] = origin_views(session)
    for id, count in visits_by_origin(session, from_day=from_day, until_day=until_day).items():
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
