"""Last touch: what came right before the sign-up."""

from __future__ import annotations

from collections.abc import Sequence

from growth.attribution.model import Learned, Model
from growth.attribution.path import Path
from growth.language import Text


def weigh(path: Path, learned: Learned) -> Sequence[float]:
    """All to the last."""
    return [0.0] * (len(path) - 1) + [1.0]


MODEL = Model(
    id="last",
    title=Text("Last touch", "末次触点"),
    explanation=Text(
        "The last touch before the sign-up gets the whole of it.",
        "注册前最后一个触点得全部功劳。",
    ),
    weigh=weigh,
    by_age=False,
)
