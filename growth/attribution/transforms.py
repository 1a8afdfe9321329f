"""Path transforms: what is done to a path before a model looks at it. The names are those of Snowplow's attribution package.

Source: docs.snowplow.io › Attribution data model › path transforms, whose examples are in the tests. They apply to tables of paths
(``growth attribution models``); reports share every touch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Final

from growth.attribution.path import DIRECT, PathCount
from growth.errors import GrowthError
from growth.language import _

Channels = tuple[str, ...]


class UnknownTransform(GrowthError):
    """A name that is no transform."""


def exposure(path: Channels) -> Channels:
    """Repeats that follow each other become one: a > a > b > a → a > b > a."""
    return tuple(channel for channel, _repeats in groupby(path))


def first(path: Channels) -> Channels:
    """Each channel once, where it was first: a > b > a → a > b."""
    return tuple(dict.fromkeys(path))


def unique(path: Channels) -> Channels:
    """The path as it is (Snowplow's word for no reduction)."""
    return path


def remove_if_not_all(path: Channels, channel: str = DIRECT) -> Channels:
    """Without `channel`, unless it is all there is."""
    return tuple(each for each in path if each != channel) or path


def remove_if_last_and_not_all(path: Channels, channel: str = DIRECT) -> Channels:
    """Without `channel` at the end of the path, unless it is all there is."""
    kept = list(path)
    while kept and kept[-1] == channel:
        kept.pop()
    return tuple(kept) or path


TRANSFORMS: Final[Mapping[str, Callable[..., Channels]]] = {
    "unique": unique,
    "exposure": exposure,
    "first": first,
    "remove_if_not_all": remove_if_not_all,
    "remove_if_last_and_not_all": remove_if_last_and_not_all,
}
_OF_A_CHANNEL: Final = frozenset({"remove_if_not_all", "remove_if_last_and_not_all"})


def transformed(paths: Sequence[PathCount], names: Sequence[str]) -> list[PathCount]:
    """The table with every transform done to each path, in the order of `names`; ``NAME:CHANNEL`` means that channel instead of direct.

    Raises UnknownTransform.
    """
    steps = [_step(name) for name in names]
    found = []
    for path in paths:
        channels = path.channels
        for step in steps:
            channels = step(channels)
        found.append(PathCount(channels, path.conversions, nulls=path.nulls, value=path.value))
    return found


def _step(name: str) -> Callable[[Channels], Channels]:
    word, _colon, channel = name.partition(":")
    chosen = TRANSFORMS.get(word)
    if chosen is None or (channel and word not in _OF_A_CHANNEL):
        raise UnknownTransform(_("there is no path transform “{name}”", name=name[:60]), fix=", ".join(TRANSFORMS))
    return (lambda path: chosen(path, channel)) if channel else chosen
