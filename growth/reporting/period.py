"""Periods that people pick: a day, a week, a month, a year, by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodChoice:
    """The period of a page: what is shown, (words, address, current) of what else can be, and the addresses of its neighbours."""

    words: str
    options: Sequence[tuple[str, str, bool]]
    before: str = ""
    after: str = ""
