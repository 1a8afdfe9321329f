"""Sign-ups counted by their path, and shared out: sign-ups of one path and worth get the same, so each path is weighed once.

Both ways to a report go through here, that of kept days and that of days told anew: what they give is equal to the last millionth.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, NamedTuple

from growth.attribution.assembly import Journey, OriginView
from growth.attribution.model import Learned, Model
from growth.attribution.path import MICRO, Path, PathCount, shares

#: stands for the origin of a sign-up without a touch
NO_ORIGIN: Final = 0


class PathKey(NamedTuple):
    """What makes sign-ups alike: ids of their origins in order, role, currency and value in minor units."""

    origins: tuple[int, ...]
    role: str
    currency: str
    value: int


@dataclass(slots=True)
class Ledger:
    """Millionths and value by role, origin and currency."""

    micros: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    value: Counter[tuple[str, int, str]] = field(default_factory=Counter)

    def give(self, role: str, origin: int, currency: str, micros: int, value: int) -> None:
        """Add to what an origin has."""
        self.micros[role, origin, currency] += micros
        self.value[role, origin, currency] += value


def path_key(journey: Journey) -> PathKey:
    """What a journey has in common with others."""
    return PathKey(tuple(touch.origin.id for touch in journey.touches), journey.role, journey.currency, journey.value)


def count_paths(found: Iterable[Journey]) -> Counter[PathKey]:
    """Journeys by path."""
    return Counter(map(path_key, found))


def share_paths(ledger: Ledger, model: Model, learned: Learned, paths: Mapping[PathKey, int], origins: Mapping[int, OriginView]) -> None:
    """Share out sign-ups by path, for a model that does not ask how old touches are."""
    weighed: dict[tuple[str, ...], tuple[Sequence[float], Sequence[int]]] = {}
    for key, signups in paths.items():
        if len(key.origins) <= 1:
            origin = key.origins[0] if key.origins else NO_ORIGIN
            ledger.give(key.role, origin, key.currency, MICRO * signups, key.value * signups)
            continue
        channels = tuple(origins[id].channel for id in key.origins)
        known = weighed.get(channels)
        if known is None:
            weights = model.weigh(Path(channels, (timedelta(),) * len(channels)), learned)
            known = weighed[channels] = (weights, shares(weights))
        worth = shares(known[0], key.value) if key.value else [0] * len(channels)
        for id, micros, value in zip(key.origins, known[1], worth, strict=True):
            ledger.give(key.role, id, key.currency, micros * signups, value * signups)


def share_journeys(ledger: Ledger, model: Model, learned: Learned, found: Iterable[Journey]) -> None:
    """Share out sign-ups one by one, for a model that asks how old touches are."""
    for journey in found:
        if not journey.touches:
            ledger.give(journey.role, NO_ORIGIN, journey.currency, MICRO, journey.value)
            continue
        weights = model.weigh(journey.path, learned)
        worth = shares(weights, journey.value)
        for touch, micros, value in zip(journey.touches, shares(weights), worth, strict=True):
            ledger.give(journey.role, touch.origin.id, journey.currency, micros, value)


def learn(model: Model, paths: Mapping[PathKey, int], nulls: Iterable[PathCount], origins: Mapping[int, OriginView]) -> Learned:
    """What a model learns from sign-ups and from paths that came to nothing.

    In one order, whichever they were found in, so that equal paths give equal results to the last bit.
    """
    assert model.learn is not None
    counted: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for key, signups in paths.items():
        if key.origins:
            counted[tuple(origins[id].channel for id in key.origins)][0] += signups
    for entry in nulls:
        counted[entry.channels][1] += entry.nulls
    return model.learn([PathCount(channels, signups, nulls=null) for channels, (signups, null) in sorted(counted.items())])
