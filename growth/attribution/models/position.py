"""Position: the first and the last touch count most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from growth.attribution.model import Learned, Model
from growth.attribution.path import Path
from growth.language import Text

#: share of the first and of the last touch, and of all between
EDGE: Final = 0.4
BETWEEN: Final = 0.2


def weigh(path: Path, learned: Learned) -> Sequence[float]:
    """.4, .2 over those between, .4; of two touches each gets half."""
    if len(path) <= 2:
        return [1.0] * len(path)
    between = BETWEEN / (len(path) - 2)
    return [EDGE, *([between] * (len(path) - 2)), EDGE]


MODEL = Model(
    id="position",
    title=Text("Position", "位置"),
    explanation=Text(
        "Two fifths each to the first and the last touch, one fifth to those between.",
        "首末触点各得四成，中间触点平分两成。",
    ),
    weigh=weigh,
    by_age=False,
)
