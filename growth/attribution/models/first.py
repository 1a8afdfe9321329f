"""First touch: who brought somebody to us at all."""

from __future__ import annotations

from collections.abc import Sequence

from growth.attribution.model import Learned, Model
from growth.attribution.path import Path
from growth.language import Text


def weigh(path: Path, learned: Learned) -> Sequence[float]:
    """All to the first."""
    return [1.0] + [0.0] * (len(path) - 1)


MODEL = Model(
    id="first",
    title=Text("First touch", "首次触点"),
    explanation=Text(
        "The channel that somebody met us through first gets the whole sign-up.",
        "最早的触点得全部功劳。",
    ),
    weigh=weigh,
    by_age=False,
)
