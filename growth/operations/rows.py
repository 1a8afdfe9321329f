"""What the operations report counts: one row a channel or campaign, and the sums of a span of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from growth.jobs import Period
from growth.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from `first` to `last`, both included: what a report is about, as far as it is over."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def before(self) -> Span:
        """As many days just before."""
        return Span(first=self.first - timedelta(days=self.days), last=self.first - timedelta(days=1))

    def all_days(self) -> list[date]:
        """Every day in order."""
        return [self.first + timedelta(days=place) for place in range(self.days)]


def span_of(period: Period, *, today: date) -> Span:
    """The days of a period up to `today`; a period that has not begun is its first day."""
    return Span(first=period.first, last=max(period.first, min(period.last, today)))


def span_before(period: Period, *, today: date) -> Span:
    """What `span_of` is compared with: the period before, cut to as many days where the period still runs."""
    earlier = period.previous()
    span = span_of(period, today=today)
    if span.last >= period.last:
        return Span(first=earlier.first, last=earlier.last)
    return Span(first=earlier.first, last=min(earlier.last, earlier.first + timedelta(days=span.days - 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What one channel or campaign cost and brought in a span. `signups` are credits of the model, so a share of one is possible.

    `cost` and `value` are None where nothing is known of them.
    """

    name: str
    title: str = ""
    medium: str = ""
    visits: int = 0
    signups: Decimal = Decimal(0)
    cost: Money | None = None
    value: Money | None = None
    #: sign-ups and visits in the span before
    signups_before: Decimal | None = None
    visits_before: int | None = None
    #: the row of what no channel is known for
    unattributed: bool = False
    #: whether it is declared and so has a page of its own
    has_page: bool = True

    @property
    def shown(self) -> str:
        """Title, else name."""
        return self.title or self.name

    @property
    def cac(self) -> Money | None:
        """Cost of one sign-up; None without a cost or a sign-up."""
        if self.cost is None or not self.signups:
            return None
        return Money(self.cost.amount / self.signups, self.cost.currency)

    @property
    def roi(self) -> Decimal | None:
        """(value - cost) / cost as a share; None without a cost, a value, or one currency."""
        if self.cost is None or self.value is None or not self.cost.amount or self.value.currency != self.cost.currency:
            return None
        return (self.value.amount - self.cost.amount) / self.cost.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Everything together in a span."""

    visits: int
    signups: int
    #: one sum a currency; the first is the one the site counts in
    costs: tuple[Money, ...] = ()
    values: tuple[Money, ...] = ()

    @property
    def cost(self) -> Money | None:
        """Cost in the site's currency (else the only one); None where nothing cost anything."""
        return self.costs[0] if self.costs else None

    @property
    def value(self) -> Money | None:
        """Value of what the sign-ups did; None where none is known."""
        return self.values[0] if self.values else None

    @property
    def cac(self) -> Money | None:
        """Cost of one sign-up."""
        cost = self.cost
        return Money(cost.amount / self.signups, cost.currency) if cost is not None and self.signups else None

    @property
    def roi(self) -> Decimal | None:
        """(value - cost) / cost as a share."""
        cost, value = self.cost, self.value
        if cost is None or value is None or not cost.amount or cost.currency != value.currency:
            return None
        return (value.amount - cost.amount) / cost.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All the numbers a report and its proposals are made of."""

    period: Period
    span: Span
    before: Span
    now: Sums
    then: Sums
    #: by day: (visits, sign-ups); of a short span the two weeks up to its end
    course: dict[date, tuple[int, int]]
    channels: tuple[Yield, ...]
    campaigns: tuple[Yield, ...]
    model: str
    model_title: str = ""
    currency: str = "CNY"
