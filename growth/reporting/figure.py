"""One figure: a value with its change, target, course and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from growth.language import Text, _
from growth.money import Money
from growth.rendering import numbers
from growth.reporting.query import Query

Value = Decimal | int | float | Money


class Better(StrEnum):
    """Which way is good news."""

    #: more is better: visits, sign-ups
    UP = "up"
    #: less is better: cost a sign-up, broken links
    DOWN = "down"
    #: neither: cost
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a figure moved: `value` is a share (0.12 = 12 % more), `good` None where neither way is news, `against` what with."""

    value: Decimal
    good: bool | None = None
    against: str = ""

    @property
    def text(self) -> str:
        """``12.0%``, without a sign: the mark says the direction."""
        return numbers.percent(abs(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of a page or a report.

    `unit`: empty for a count, ``%`` for a share from 0 to 1, ``s`` for seconds, a currency for money.
    `evidence` is the page that proves it (opens in the drawer). `target` has the value's own kind.
    A figure that cannot be computed has value None and says why in `why_none`.
    """

    id: str
    label: Text | str
    value: Value | None
    unit: str = ""
    query: Query | str = ""
    evidence: str | None = None
    change: Change | None = None
    target: Value | None = None
    better: Better = Better.UP
    spark: Sequence[int | float | Decimal] = ()
    why_none: str = ""
    unit_label: Text | str = ""

    @property
    def asked(self) -> Query:
        """The evidence; a bare statement becomes one."""
        return self.query if isinstance(self.query, Query) else Query(sql=self.query)

    @property
    def reached(self) -> Decimal | None:
        """Share of the target that is reached; for a figure that should stay low, target by value. None without a target or value."""
        if self.target is None or self.value is None:
            return None
        value, target = plain(self.value), plain(self.target)
        above, below = (target, value) if self.better is Better.DOWN else (value, target)
        return above / below if below else None

    @property
    def on_target(self) -> bool | None:
        """Whether the target is met now; None without one."""
        if self.target is None or self.value is None:
            return None
        value, target = plain(self.value), plain(self.target)
        return value <= target if self.better is Better.DOWN else value >= target

    @property
    def words(self) -> str:
        """The value as people read it, with its unit; a dash where there is none."""
        if self.value is None:
            return "–"
        text = numbers.measure(self.value, self.unit)
        return f"{text} {self.unit_label}" if self.unit_label else text

    def as_json(self) -> dict[str, object]:
        """``{"id","value","unit","query"}`` of contracts/cli.md, with target and change where they are known."""
        document: dict[str, object] = {"id": self.id, "value": json_value(self.value), "unit": self.unit_shown, "query": str(self.asked)}
        if self.target is not None:
            document["target"] = json_value(self.target)
        if self.change is not None:
            document["change"] = float(round(self.change.value, 4))
        if self.why_none:
            document["why_none"] = self.why_none
        return document

    @property
    def unit_shown(self) -> str:
        """The unit; money's is its currency."""
        return self.value.currency if isinstance(self.value, Money) and not self.unit else self.unit

    def compared(self, before: Value | None, *, against: str) -> Figure:
        """The same figure with its change since `before`; none where there is nothing to compare with."""
        return replace(self, change=change_since(before, self.value, better=self.better, against=against))


def change_since(before: Value | None, now: Value | None, *, better: Better = Better.UP, against: str = "") -> Change | None:
    """The change from `before` to `now`; None where one is missing or `before` is nothing."""
    if before is None or now is None or not plain(before):
        return None
    if isinstance(before, Money) and isinstance(now, Money) and before.currency != now.currency:
        return None
    share = (plain(now) - plain(before)) / abs(plain(before))
    good = None if better is Better.NEITHER or abs(share) < Decimal("0.0005") else (share > 0) == (better is Better.UP)
    return Change(value=share, good=good, against=against or _("against the period before"))


def plain(value: Value) -> Decimal:
    """A value as a bare Decimal; money by its amount."""
    return value.amount if isinstance(value, Money) else numbers.decimal(value)


def json_value(value: Value | None) -> object:
    """For JSON: integers stay, money is an object, other numbers are numbers."""
    if isinstance(value, Money):
        return value.as_json()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
