"""Linear: every touch counts the same."""

from __future__ import annotations

from collections.abc import Sequence

from growth.attribution.model import Learned, Model
from growth.attribution.path import Path
from growth.language import Text


def weigh(path: Path, learned: Learned) -> Sequence[float]:
    """The same to each."""
    return [1.0] * len(path)


MODEL = Model(
    id="linear",
    title=Text("Linear", "线性"),
    explanation=Text(
        "Every touch gets the same; a channel that was met twice gets twice as much.",
        "每个触点平分；同一渠道出现两次就得两份。",
    ),
    weigh=weigh,
    by_age=False,
)
