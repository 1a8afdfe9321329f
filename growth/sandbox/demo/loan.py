"""The demo site's repayment calculator: equal instalments (等额本息), to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_CENT = Decimal("0.01")
#: judicial protection limit of private lending rates is four times the one-year LPR; the site stays at 24 % or less
HIGHEST_RATE = Decimal(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A repayment plan: each month's payment, all payments, all interest (CNY)."""

    payment: Decimal
    total: Decimal
    interest: Decimal
    rows: tuple[tuple[int, Decimal, Decimal, Decimal], ...]


def monthly_plan(amount: str, months: str, rate: str) -> tuple[Plan | None, str | None]:
    """The plan for `amount` CNY over `months` at `rate` percent a year, or the sentence that says what is wrong with them.

    payment = P·i·(1+i)^n / ((1+i)^n − 1), i = rate/12; the last payment takes the rounding.
    """
    try:
        principal, yearly, count = Decimal(amount), Decimal(rate), int(months)
    except (InvalidOperation, ValueError):
        return None, "请填写数字：金额、期数与年化利率。"
    if not (principal.is_finite() and yearly.is_finite()):
        return None, "请填写数字：金额、期数与年化利率。"
    if not (Decimal(1000) <= principal <= Decimal(200_000) and 1 <= count <= 36 and Decimal(0) < yearly <= HIGHEST_RATE):
        return None, "金额 1,000–200,000 元，1–36 期，年化利率不超过 24%。"
    monthly = yearly / 100 / 12
    growth = (1 + monthly) ** count
    payment = (principal * monthly * growth / (growth - 1)).quantize(_CENT, ROUND_HALF_UP)
    left, rows = principal, []
    for number in range(1, count + 1):
        interest = (left * monthly).quantize(_CENT, ROUND_HALF_UP)
        part = left if number == count else payment - interest
        left -= part
        rows.append((number, part + interest, part, interest))
    total = sum((row[1] for row in rows), Decimal(0))
    return Plan(payment=payment, total=total, interest=total - principal, rows=tuple(rows)), None
