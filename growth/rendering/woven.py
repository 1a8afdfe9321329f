"""A rendered text that knows what it was put together from: the long pieces of a template are the same object in every message, so that
whoever encodes them needs to do so once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import CodeType

#: a constant piece of a template of so many characters is worth telling apart
LONG = 200


class Woven(str):
    """The whole text; `pieces` joined give it."""

    __slots__ = ("pieces",)
    pieces: tuple[str, ...]

    @classmethod
    def of(cls, pieces: Iterable[str]) -> Woven:
        """The text of `pieces`."""
        kept = tuple(pieces)
        text = cls("".join(kept))
        text.pieces = kept
        return text


def long_constants(code: CodeType) -> Iterator[str]:
    """The long texts that compiled code holds; a template prints these very objects."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from long_constants(constant)
        elif isinstance(constant, str) and len(constant) >= LONG:
            yield constant
