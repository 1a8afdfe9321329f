"""Markov: what would be lost if a channel were taken away, by the chances of going from one channel to the next.

The chain has the states start, each channel, sign-up and nothing. A channel's removal effect is the share of sign-ups that are lost when
everybody who comes to it is lost. With F the fundamental matrix of the chain, the chance to come to c is F[start,c]/F[c,c] and the effect
is that times the chance to sign up from c, over the chance from the start: one solve for all channels, exact and the same each time
(libraries that simulate the chain differ from run to run, most for rare channels).

A channel that follows itself changes no effect. Without paths that came to nothing every path signs up; the effect then says only how
often a channel is met on the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from growth.attribution.model import Learned, Model, Sums
from growth.attribution.path import Path, PathCount
from growth.language import Text

_START: Final = 0


def weigh(path: Path, learned: Learned) -> Sequence[float]:
    """Each touch by the removal effect of its channel; the same to each where none has an effect."""
    weights = [learned.get(channel, 0.0) for channel in path.channels]
    return weights if sum(weights) > 0 else [1.0] * len(path)


def aggregate(paths: Sequence[PathCount]) -> Sums:
    """All sign-ups and their value, split by the effects."""
    effects = removal_effects(paths)
    conversions, value = sum(entry.conversions for entry in paths), sum(entry.value for entry in paths)
    total = sum(effects.values()) or 1.0
    return {channel: (conversions * effect / total, value * effect / total) for channel, effect in effects.items()}


def removal_effects(paths: Sequence[PathCount]) -> dict[str, float]:
    """The share of sign-ups that goes with each channel; 0 everywhere where nobody signed up."""
    names = list(dict.fromkeys(channel for entry in paths for channel in entry.channels))
    place = {name: number for number, name in enumerate(names, 1)}
    size = len(names) + 1
    going: list[dict[int, float]] = [defaultdict(float) for _state in range(size)]
    converting, leaving = [0.0] * size, [0.0] * size
    for entry in paths:
        weight = entry.conversions + entry.nulls
        if weight <= 0:
            continue
        before = _START
        for channel in entry.channels:
            going[before][place[channel]] += weight
            leaving[before] += weight
            before = place[channel]
        converting[before] += entry.conversions
        leaving[before] += weight
    identity_less_moves = [[0.0] * size for _row in range(size)]
    chance = [0.0] * size
    for state in range(size):
        identity_less_moves[state][state] = 1.0
        if not leaving[state]:
            continue
        chance[state] = converting[state] / leaving[state]
        for following, weight in going[state].items():
            identity_less_moves[state][following] -= weight / leaving[state]
    fundamental = _inverse(identity_less_moves)
    signing_up = [sum(row[state] * chance[state] for state in range(size)) for row in fundamental]
    base = signing_up[_START]
    if base <= 0:
        return dict.fromkeys(names, 0.0)
    return {name: fundamental[_START][at] / fundamental[at][at] * signing_up[at] / base for name, at in place.items()}


def _inverse(matrix: list[list[float]]) -> list[list[float]]:
    """Gauss–Jordan with the largest pivot; some fifty channels take milliseconds."""
    size = len(matrix)
    rows = [[*row, *(1.0 if column == number else 0.0 for column in range(size))] for number, row in enumerate(matrix)]
    for column in range(size):
        best = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        pivot = rows[column][column]
        current = rows[column] = [value / pivot for value in rows[column]]
        for number in range(size):
            factor = rows[number][column]
            if number != column and factor:
                rows[number] = [value - factor * own for value, own in zip(rows[number], current, strict=True)]
    return [row[size:] for row in rows]


MODEL = Model(
    id="markov",
    title=Text("Markov", "马尔可夫"),
    explanation=Text(
        "What would be lost without the channel, by the chances of going from one to the next, paths without a sign-up included.",
        "按渠道之间的转移概率（含未注册的路径）计算：去掉该渠道会少多少注册。",
    ),
    weigh=weigh,
    learn=removal_effects,
    aggregate=aggregate,
    by_age=False,
)
