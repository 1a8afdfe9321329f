"""Shapley: every channel of a path counts the same, however often it was met.

Where a set of channels is worth the sign-ups of all paths that lie within it, the Shapley value of a channel is the sum over the paths
with it of sign-ups / number of distinct channels: no enumeration of coalitions is needed. A value that goes by rates is another model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from growth.attribution.model import Learned, Model
from growth.attribution.path import Path
from growth.language import Text


def weigh(path: Path, learned: Learned) -> Sequence[float]:
    """The same to each channel, shared by its touches."""
    times = Counter(path.channels)
    return [1.0 / times[channel] for channel in path.channels]


MODEL = Model(
    id="shapley",
    title=Text("Shapley", "沙普利值"),
    explanation=Text(
        "Every channel of a path gets the same, however often it was met.",
        "路径中的每个渠道平分，不论出现几次。",
    ),
    weigh=weigh,
    by_age=False,
)
