"""What messages cost, as growth.yaml has it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from growth.contacts import Medium
from growth.money import Money
from growth.workspace import ANYWHERE, Workspace


def has_price(workspace: Workspace, medium: Medium) -> bool:
    """Whether messages of a medium cost anything that is known."""
    return bool(_prices(workspace, medium))


def cost_of(workspace: Workspace, medium: Medium, units: Mapping[str | None, int]) -> Money:
    """What so many messages (of SMS: parts, by calling code) cost; nothing where no price is known."""
    prices = _prices(workspace, medium)
    if not prices:
        return Money.from_minor(0)
    other = prices[ANYWHERE]
    return Money(sum((prices.get(code or "", other).amount * count for code, count in units.items()), Decimal()), other.currency)


def _prices(workspace: Workspace, medium: Medium) -> Mapping[str, Money]:
    """The price of one message (of SMS: one part) by calling code."""
    settings = workspace.settings
    if medium is Medium.SMS:
        return settings.sms.price
    return {ANYWHERE: settings.email.price} if medium is Medium.EMAIL and settings.email.price else {}
