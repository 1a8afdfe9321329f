"""Money: an exact amount with its currency; stored as integer minor units, never converted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from growth.language import _

#: minor-unit digits that are not 2 (ISO 4217)
_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "TND": 3}
_TEXT = re.compile(r"^\s*(?P<amount>-?\d[\d,]*(?:\.\d+)?)\s*(?P<currency>[A-Z]{3})\s*$")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`amount` in major units of `currency` (ISO 4217)."""

    amount: Decimal
    currency: str = "CNY"

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read ``1234.50 CNY``. Raises ValueError with the form that is allowed."""
        match = _TEXT.match(text)
        if not match:
            raise ValueError(_("“{text}” is not an amount; write it as 1234.50 CNY", text=text))
        try:
            return cls(Decimal(match["amount"].replace(",", "")), match["currency"])
        except InvalidOperation as fault:
            raise ValueError(_("“{text}” is not an amount; write it as 1234.50 CNY", text=text)) from fault

    @classmethod
    def from_minor(cls, minor: int, currency: str = "CNY") -> Money:
        """Money from stored minor units (分 for CNY)."""
        return cls(Decimal(minor).scaleb(-digits(currency)), currency)

    @property
    def minor(self) -> int:
        """Integer minor units, half rounded to even."""
        return int(self.amount.scaleb(digits(self.currency)).to_integral_value(rounding=ROUND_HALF_EVEN))

    def as_json(self) -> dict[str, str]:
        """``{"amount": "80.00", "currency": "CNY"}``."""
        return {"amount": f"{self.amount:.{digits(self.currency)}f}", "currency": self.currency}

    def __str__(self) -> str:
        return f"{self.amount:.{digits(self.currency)}f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(
                _("{currency} and {other} are not added: there is no conversion", currency=self.currency, other=other.currency)
            )
        return Money(self.amount + other.amount, self.currency)


def digits(currency: str) -> int:
    """Decimal places of the currency's minor unit (ISO 4217)."""
    return _DIGITS.get(currency, 2)
