"""What many messages have in common, and what each has of its own: for providers that take one text for many people.

Texts of one template differ in a few places (a name, a tracked link). They are cut at line ends, quotes and angle brackets; where the
pieces of all are the same they are common, where not, a tag stands for each one's own. Putting the values back gives the texts exactly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

_CUTS = re.compile(r'([\n"<>])')


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """`texts` hold tags; `values` has a mapping of tag to text for each message, in their order."""

    texts: tuple[str, ...]
    values: tuple[Mapping[str, str], ...]

    def text(self, number: int, part: int) -> str:
        """The whole text of a part of one message."""
        found = self.texts[part]
        for tag, value in self.values[number].items():
            found = found.replace(tag, value)
        return found


def shape(texts: Sequence[str]) -> tuple[int, ...]:
    """Messages of one shape can have a skeleton together."""
    return tuple(len(_CUTS.findall(text)) for text in texts)


def skeleton_of(messages: Sequence[Sequence[str]]) -> Skeleton:
    """The skeleton of messages of one shape, each a sequence of texts (subject, body …)."""
    prefix = _free_prefix(messages)
    tags: dict[tuple[str, ...], str] = {}
    texts: list[str] = []
    for versions in zip(*messages, strict=True):
        pieces: list[str] = []
        for column in zip(*(_CUTS.split(text) for text in versions), strict=True):
            if len(set(column)) == 1:
                pieces.append(column[0])
                continue
            before = _common_start(column)
            rest = [piece[len(before) :] for piece in column]
            after = _common_start([piece[::-1] for piece in rest])[::-1]
            own = tuple(piece[: len(piece) - len(after)] for piece in rest)
            pieces += [before, tags.setdefault(own, f"{prefix}{len(tags)}~"), after]
        texts.append("".join(pieces))
    values = [{tag: own[number] for own, tag in tags.items()} for number in range(len(messages))]
    return Skeleton(texts=tuple(texts), values=tuple(values))


def _common_start(texts: Sequence[str]) -> str:
    """What all begin with: that of the first and the last in order, since the others lie between."""
    first, last = min(texts), max(texts)
    length = next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), min(len(first), len(last)))
    return first[:length]


def _free_prefix(messages: Sequence[Sequence[str]]) -> str:
    """Beginning of tags that stands in no text, so that no value is taken for a tag."""
    whole = "\n".join(text for texts in messages for text in texts)
    return next(prefix for number in count() if (prefix := f"~g{number}v") not in whole)
