"""What an issue costs: sign-ups lost a month, by estimate (loss-rank of the catalogue).

``loss.csv`` says which share of a page's sign-ups a fault costs. The page's sign-ups are its monthly visits times the site's goal rate,
where there are visits; where there are none, its share of the link equity stands in, so that the order is right although the unit is only
relative.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec

from seo.check import catalogue
from seo.packed import unpack

#: visits that a page of average equity is taken to have where nothing is known
VISITS_UNKNOWN = 10.0
#: sign-ups a visit where nothing is known
RATE_UNKNOWN = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What the pages of a site are worth: monthly visits by URL, the site's goal rate, equity by URL."""

    visits: Mapping[str, float] = field(default_factory=dict)
    rate: float | None = None
    equity: Mapping[str, float] = field(default_factory=dict)

    @property
    def measured(self) -> bool:
        """Whether visits were counted, so that weights are sign-ups and not mere ranks."""
        return bool(self.visits)


def weigher(worth: Worth) -> Callable[[str, str, bytes], float]:
    """A function (check, url, detail packed as it is stored) → sign-ups lost a month."""
    rate = worth.rate if worth.rate is not None else RATE_UNKNOWN

    def signups(url: str) -> float:
        if worth.measured:
            return worth.visits.get(url, 0.0) * rate
        return worth.equity.get(url, 0.2) * VISITS_UNKNOWN * rate

    def weigh(check: str, url: str, packed: bytes) -> float:
        share = share_lost(check)
        if not share:
            return 0.0
        pages = _pages_of(url, msgspec.json.decode(unpack(packed)))
        return share * sum(signups(page) for page in pages)

    return weigh


@lru_cache
def _shares() -> tuple[dict[str, float], dict[str, float]]:
    text = (resources.files("seo") / "loss.csv").read_text("utf-8")
    by_check: dict[str, float] = {}
    by_group: dict[str, float] = {}
    for row in csv.DictReader(text.splitlines()):
        (by_check if row["check"] else by_group)[row["check"] or f"{row['group']}/{row['severity']}"] = float(row["share"])
    return by_check, by_group


def share_lost(check_id: str) -> float:
    """The share of a page's sign-ups that a fault costs: its own row of the table, else that of its group and severity."""
    by_check, by_group = _shares()
    if check_id in by_check:
        return by_check[check_id]
    check = catalogue().get(check_id)
    return by_group.get(f"{check.meta.group}/{check.meta.severity}", 0.01) if check else 0.0


def _pages_of(url: str, detail: Mapping[str, Any]) -> list[str]:
    """The pages that suffer: those that link to something broken, those that share a title; else the page itself."""
    urls = detail.get("urls")
    if isinstance(urls, list) and urls:
        return [one for one in urls if isinstance(one, str)]
    sources = detail.get("sources")
    if isinstance(sources, list) and sources:
        return [one for one in sources if isinstance(one, str)]
    return [url]
