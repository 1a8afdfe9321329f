"""A path: the touches that led to one sign-up, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

#: the channel of a touch that says nothing of where from
DIRECT: Final = "direct"
#: the row of sign-ups without a touch; it stands beside `direct` and is never hidden in it
UNATTRIBUTED: Final = "unattributed"
#: a sign-up in millionths: credits are whole numbers and sum to it exactly
MICRO: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Path:
    """What a model sees: the channel of each touch, and how long before the sign-up it was."""

    channels: tuple[str, ...]
    ages: tuple[timedelta, ...]

    def __len__(self) -> int:
        return len(self.channels)


@dataclass(frozen=True, slots=True)
class PathCount:
    """A path that was gone `conversions` times to a sign-up and `nulls` times to none; `value` in minor units."""

    channels: tuple[str, ...]
    conversions: float
    nulls: float = 0
    value: float = 0


def shares(weights: Sequence[float], whole: int = MICRO) -> list[int]:
    """`whole` split by `weights` into whole numbers that sum to it: the largest remainders get what is left, of equal ones the earliest.

    Raises ValueError for weights that are negative or all nothing.
    """
    total = sum(weights)
    if not weights or total <= 0 or min(weights) < 0:
        raise ValueError(f"weights {weights!r} cannot be shared by")
    exact = [weight * whole / total for weight in weights]
    parts = [int(each) for each in exact]
    # equal weights differ by a rounding of floats at most; that is no reason to prefer a later touch
    order = sorted(range(len(parts)), key=lambda place: (-round(exact[place] - parts[place], 6), place))
    for place in order[: whole - sum(parts)]:
        parts[place] += 1
    return parts
