"""What an attribution model is, and where models are found: one file, one entry (group ``growth.attribution_models``)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Any, Final

from growth.attribution.path import Path, PathCount
from growth.errors import GrowthError
from growth.language import Text, _

#: what all paths together say of each channel
Learned = Mapping[str, float]
#: conversions and value by channel
Sums = dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model: pure functions over paths; it knows no database.

    weigh       the weight of each touch of a path that is not empty; at least one is above nothing
    learn       what all paths together say of each channel, for a model that looks at them before it weighs one
    aggregate   conversions and value over a table of paths, where that is more than the sum over its paths
    by_age      whether `weigh` asks how old touches are; else sign-ups of one path are weighed once
    """

    id: str
    title: Text
    explanation: Text
    weigh: Callable[[Path, Learned], Sequence[float]]
    learn: Callable[[Sequence[PathCount]], Learned] | None = None
    aggregate: Callable[[Sequence[PathCount]], Sums] | None = None
    by_age: bool = True


class UnknownModel(GrowthError):
    """There is no such model."""


#: the ones that ship, in the order in which they are shown; further ones come after them
_BUILT_IN: Final = ("first", "last", "last_non_direct", "linear", "time_decay", "position", "markov", "shapley")


@lru_cache
def all_models() -> Mapping[str, Model]:
    """All models by id."""
    found: dict[str, Model] = {}
    for name in _BUILT_IN:
        found[name] = importlib.import_module(f"growth.attribution.models.{name}").MODEL
    for entry in entry_points(group="growth.attribution_models"):
        model: Any = entry.load()
        found[model.id] = model
    return found


def model_named(name: str) -> Model:
    """The model called `name`. Raises UnknownModel."""
    found = all_models().get(name)
    if found is None:
        raise UnknownModel(_("there is no attribution model “{name}”", name=name[:40]), fix=", ".join(all_models()))
    return found


def aggregated(model: Model, paths: Sequence[PathCount]) -> Sums:
    """Conversions and value of each channel over a table of paths, which has no times: there all touches are equally old."""
    if model.aggregate is not None:
        return model.aggregate(paths)
    learned = model.learn(paths) if model.learn else {}
    sums: Sums = {}
    for entry in paths:
        for channel in entry.channels:
            sums.setdefault(channel, (0.0, 0.0))
        path = Path(entry.channels, (timedelta(),) * len(entry.channels))
        weights = model.weigh(path, learned)
        total = sum(weights)
        for channel, weight in zip(entry.channels, weights, strict=True):
            conversions, value = sums[channel]
            sums[channel] = (conversions + entry.conversions * weight / total, value + entry.value * weight / total)
    return sums
