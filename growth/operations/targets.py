"""Targets of growth.yaml (``targets:``, a month) for the period at hand."""

from __future__ import annotations

from decimal import Decimal

from growth.money import Money
from growth.operations.rows import Facts
from growth.reporting import Value
from growth.workspace import Every, Targets

#: targets that are amounts of a month and shrink with a shorter period; the others are ratios
_AMOUNTS = ("visits", "signups", "cost")


def target_of(targets: Targets, id: str, facts: Facts) -> Value | None:
    """The target of a figure in the period: a month's as it stands, a day's or week's by its share of the month, a year's twelvefold.

    The cost of a sign-up is the same for any period. None where growth.yaml names none.
    """
    wanted: Value | None = {"visits": targets.visits, "signups": targets.signups, "cost": targets.cost, "cac": targets.cac}.get(id)
    if wanted is None or id not in _AMOUNTS or facts.period.every == Every.MONTH:
        return wanted
    share = _share(facts)
    if isinstance(wanted, Money):
        return Money.from_minor(round(wanted.minor * share), wanted.currency)
    return round(Decimal(wanted) * share)


def _share(facts: Facts) -> Decimal:
    """How many months the period is: its days over the days of the month in which it begins; a year is 12."""
    if facts.period.every == Every.YEAR:
        return Decimal(12)
    from growth.jobs import Period

    month = Period.of(Every.MONTH, facts.period.first)
    return Decimal((facts.period.last - facts.period.first).days + 1) / ((month.last - month.first).days + 1)
