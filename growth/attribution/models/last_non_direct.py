"""Last non-direct touch: the default, since somebody who types the address was told it before."""

from __future__ import annotations

from collections.abc import Sequence

from growth.attribution.model import Learned, Model
from growth.attribution.path import DIRECT, Path
from growth.language import Text


def weigh(path: Path, learned: Learned) -> Sequence[float]:
    """All to the last that is not direct; to the last where all are."""
    named = [place for place, channel in enumerate(path.channels) if channel != DIRECT]
    chosen = named[-1] if named else len(path) - 1
    return [1.0 if place == chosen else 0.0 for place in range(len(path))]


MODEL = Model(
    id="last_non_direct",
    title=Text("Last non-direct touch", "末次非直接触点"),
    explanation=Text(
        "The last touch that says where from gets the whole sign-up; only where all are direct, direct does.",
        "最后一个有来源的触点得全部功劳；全为直接访问时归直接访问。",
    ),
    weigh=weigh,
    by_age=False,
)
