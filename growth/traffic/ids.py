"""Ids that are hashes of what they stand for: both stores agree on them without asking each other."""

from __future__ import annotations

from functools import lru_cache

from growth.channels import identity_id

#: texts whose id is remembered; the same paths, agents and origins come again and again
_REMEMBERED = 100_000


@lru_cache(maxsize=_REMEMBERED)
def text_id(text: str) -> int:
    """63 bits of the text's hash, 0 for an empty text; the id of a visitor's key equals the id of its identity."""
    return identity_id(text) if text else 0
