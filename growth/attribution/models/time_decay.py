"""Time decay: the closer to the sign-up, the more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from growth.attribution.model import Learned, Model
from growth.attribution.path import Path
from growth.language import Text

#: a touch this much older weighs half (GA4: seven days)
HALF_LIFE: Final = timedelta(days=7)


def weigh(path: Path, learned: Learned) -> Sequence[float]:
    """Half as much for every half-life; counted from the youngest touch, so that very old paths do not come to nothing."""
    youngest = min(path.ages)
    return [2.0 ** -((age - youngest) / HALF_LIFE) for age in path.ages]


MODEL = Model(
    id="time_decay",
    title=Text("Time decay", "时间衰减"),
    explanation=Text(
        "The closer to the sign-up, the more: half as much for every seven days before it.",
        "越接近注册得越多：每早七天减半。",
    ),
    weigh=weigh,
)
