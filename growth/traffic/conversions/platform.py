"""What an ad platform's conversion interface looks like from here: one file a platform, found by name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from growth.language import Text
from growth.money import Money
from growth.traffic.conversions.state import ConversionState
from growth.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformMeta:
    """What a platform takes, and where that is written.

    `parameters` are the click ids in landing addresses that are its own; `batch` conversions go into one call; a conversion older than
    `news` is of no use to it any more.
    """

    id: str
    title: Text
    parameters: tuple[str, ...]
    batch: int
    news: timedelta
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A conversion as it leaves: the landing address with the platform's own click id, and nothing that names a person."""

    id: int
    url: str
    step: str
    at: datetime
    value: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one: ACCEPTED, REFUSED, UNCERTAIN, or WAITING where it is to be tried again."""

    state: ConversionState
    code: str = ""
    message: str = ""


class Platform(Protocol):
    """One platform. `send` gives one verdict a conversion, in their order; raises ProviderError where nothing was taken: `permanent` for a
    wrong token (the rest waits for a person), else for what another try may mend."""

    meta: PlatformMeta
    #: step → the platform's code
    types: Mapping[str, int]

    def send(self, conversions: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Tell the platform of at most `meta.batch` conversions."""
        ...


class PlatformModule(Protocol):
    """A module of ``growth.traffic.conversions.platforms``."""

    META: PlatformMeta

    def connect(self, workspace: Workspace) -> Platform | None:
        """The platform as growth.yaml sets it up; None where it is off. Raises MissingSecret."""
        ...


def platform_modules() -> dict[str, PlatformModule]:
    """Every platform by its id."""
    package = importlib.import_module("growth.traffic.conversions.platforms")
    found: dict[str, PlatformModule] = {}
    for entry in pkgutil.iter_modules(package.__path__):
        module: PlatformModule = importlib.import_module(f"{package.__name__}.{entry.name}")
        found[module.META.id] = module
    return found


def platforms_in_use(workspace: Workspace) -> list[Platform]:
    """Those that growth.yaml turns on. Raises MissingSecret."""
    found = (module.connect(workspace) for module in platform_modules().values())
    return [platform for platform in found if platform is not None]
