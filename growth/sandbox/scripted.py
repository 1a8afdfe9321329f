"""Scripted bad days of a gateway: rules that strike for addresses or numbers, each as often as it says."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from typing import Generic, Protocol, TypeVar


class Rule(Protocol):
    """`match` is an address or number, or ``*``; `times` how often it strikes (None: always)."""

    match: str
    times: int | None

    @property
    def trouble(self) -> object:
        """What happens."""


R = TypeVar("R", bound=Rule)


class Script(Generic[R]):
    """The rules in force; the first that fits strikes. Safe to change while calls come in."""

    def __init__(self) -> None:
        self._rules: list[R] = []
        self._lock = threading.Lock()

    def add(self, rules: Iterable[R]) -> None:
        """Put `rules` behind the ones there are."""
        with self._lock:
            self._rules += rules

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._rules.clear()

    def strike(self, trouble: object, addresses: Collection[str]) -> R | None:
        """The rule of `trouble` that strikes now for one of `addresses`, counted down; None where all is well."""
        with self._lock:
            for rule in self._rules:
                if rule.trouble is trouble and rule.times != 0 and (rule.match == "*" or rule.match in addresses):
                    if rule.times is not None:
                        rule.times -= 1
                    return rule
        return None
