"""What a search engine's push API looks like from here: one file an engine, found by name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from growth.language import Text
from growth.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A URL that the engine does not take, and why, in the engine's word."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAnswer:
    """What one call answered. `left` were not looked at (quota used up); `stop` says that no further call helps today."""

    accepted: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    left: tuple[str, ...] = ()
    quota_left: int | None = None
    stop: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineMeta:
    """What an engine's adapter can do, and where that is written.

    `batch` URLs go into one call; with `quota_in_answers` the engine says only afterwards what is left, and refuses a call past it whole.
    `covers` are the engines that learn of it.
    """

    id: str
    title: Text
    batch: int
    source: str
    covers: tuple[str, ...] = field(default_factory=tuple)
    quota_in_answers: bool = False


class Engine(Protocol):
    """One engine's push API. Raises ProviderError for what a retry may mend (or, permanent, for a wrong key)."""

    meta: EngineMeta

    def push(self, urls: Sequence[str]) -> BatchAnswer:
        """Tell the engine of at most `meta.batch` URLs."""
        ...

    def quota(self) -> int | None:
        """URLs that may still be pushed today, or None where the engine does not say beforehand."""
        ...


class EngineModule(Protocol):
    """A module of ``seo.submission.engines``."""

    META: EngineMeta

    def connect(self, workspace: Workspace) -> Engine | None:
        """The engine as growth.yaml sets it up; None where it is not used. Raises MissingSecret."""
        ...


def engine_modules() -> dict[str, EngineModule]:
    """Every adapter by its engine's id."""
    package = importlib.import_module("seo.submission.engines")
    found: dict[str, EngineModule] = {}
    for entry in pkgutil.iter_modules(package.__path__):
        module: EngineModule = importlib.import_module(f"{package.__name__}.{entry.name}")
        found[module.META.id] = module
    return found
