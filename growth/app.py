"""The one door: what an app hands over to growth, and how growth finds the apps.

growth never imports an app. Everything here is a dotted name (``module:attribute``), imported when it is first needed,
so that ``growth --help`` stays quick and an app can be left out. growth hands over its own rooms through the same door.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib.metadata import entry_points
from typing import Any

from growth.errors import GrowthError
from growth.language import Text, _


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A top-level word of the command line. `target` is a ``typer.Typer``."""

    name: str
    help: Text
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """An entry of the dashboard's navigation; shown to users that have one of `roles` (admin sees all)."""

    id: str
    label: Text
    path: str
    icon: str
    order: int
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """A kind of YAML file in the workspace.

    `pattern` is relative to the workspace: ``channels.yaml`` (one file) or ``campaigns/*.yaml`` (one a name).
    `model` is a pydantic model; `check` a function ``(Workspace, name, value) -> Iterable[Problem]`` for what a schema cannot say.
    """

    name: str
    pattern: str
    model: str
    check: str | None = None

    @property
    def many(self) -> bool:
        """Whether there is one file a name."""
        return "*" in self.pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrations:
    """Alembic scripts of one owner for one store (``main``, ``crawl`` or ``events``); `package` holds ``versions/``."""

    owner: str
    store: str
    package: str


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What an app has. Every field but `name`, `title` and `order` may stay empty.

    jobs                ``(Workspace) -> Iterable[growth.jobs.Job]``
    pages               ``() -> Sequence`` of Litestar handlers
    models              module whose import registers the tables
    sections            key of growth.yaml → pydantic model of that section
    report_sections     ``(session, Workspace, Period) -> Iterable[growth.reporting.Section]``
    doctor              ``(Workspace, Database | None) -> Iterable[Diagnosis]``
    overview_cards      ``(session, Workspace, Period) -> Iterable[growth.reporting.Figure]``
    calendar            ``(session, Workspace, from, until) -> Iterable[CalendarEntry]``
    todo                ``(session, Workspace) -> Iterable[TodoEntry]``
    search              ``(session, text) -> Iterable[Hit]``
    timeline            ``(session, contact_id) -> Iterable[TimelineEntry]``
    url_facts           ``(session, url) -> Iterable[Hit]``
    segment_fields      mapping of a condition's word (``opened``, ``follower`` …) → ``(value, since, now) -> Select of contact ids``;
                        `value` is what stands behind the word, `since` an instant or None
    personal_data       a `PersonalData`-shaped object: ``export(session, contact_id)``, ``erase(session, contact_id, now=)``, ``keep``
    privacy             ``(Workspace) -> Iterable[Collected | Recipient]``: what is kept of people and who receives it, as it is set up
    providers           name → ``(Workspace) -> growth.messaging.Provider``, who carries messages (``smtp``, ``wechat`` …)
    openness            medium → ``(now) -> Select(address_index, reason)``: every address of the medium that the app knows, and why it
                        cannot be written to now (a `growth.messaging.SkipReason`; NULL where it can); one that it does not know cannot
    metrics             ``(session) -> Iterable[Sample]``
    rules               ``() -> Iterable[RuleText]``: what ``growth explain`` knows
    checks              ``(Workspace) -> Iterable[Problem]``: what ``growth check`` looks at beside single files
    """

    name: str
    title: Text
    order: int = 100
    commands: tuple[Command, ...] = ()
    navigation: tuple[NavItem, ...] = ()
    pages: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    migrations: tuple[Migrations, ...] = ()
    files: tuple[FileKind, ...] = ()
    sections: Mapping[str, str] = field(default_factory=dict)
    examples: str | None = None
    report_sections: tuple[str, ...] = ()
    doctor: tuple[str, ...] = ()
    overview_cards: tuple[str, ...] = ()
    calendar: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    timeline: tuple[str, ...] = ()
    url_facts: tuple[str, ...] = ()
    segment_fields: tuple[str, ...] = ()
    personal_data: tuple[str, ...] = ()
    privacy: tuple[str, ...] = ()
    providers: Mapping[str, str] = field(default_factory=dict)
    openness: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


class Level(StrEnum):
    """How a diagnosis turned out."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One line of ``growth doctor``; `fix` is the one thing that mends it."""

    id: str
    level: Level
    message: str
    fix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """Something on a date: a campaign's run, an activity, a renewal."""

    at: datetime
    title: str
    kind: str
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoEntry:
    """Something that waits for a person with one of `roles`. `title` is a sentence, `link` the page that settles it."""

    id: str
    title: str
    link: str
    roles: tuple[str, ...]
    since: datetime
    severity: str = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing that happened to a contact."""

    at: datetime
    kind: str
    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A search result or a fact about a URL."""

    kind: str
    title: str
    link: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One Prometheus sample."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """What ``growth explain RULE`` prints: why the rule exists, how to mend, where it comes from."""

    id: str
    title: Text
    why: Text
    mend: Text
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A line of 收集清单: what is kept of people, why, on what basis (个人信息保护法 13), how long.

    `overdue` counts the rows that are older than that, ``(Database, now) -> int``; None where nothing but erasing ends it.
    """

    what: str
    purpose: str
    basis: str
    kept: str
    overdue: Callable[[Any, datetime], int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A line of 共享清单: who outside gets something of people (个人信息保护法 21, 23), what and why; `abroad` where 38 and 39 bind."""

    name: str
    what: str
    purpose: str
    abroad: bool = False


#: the name of the app that growth's own rooms are
OWN = "growth"


class UnknownApp(GrowthError):
    """growth.yaml names an app that is not installed."""


def discover(enabled: Iterable[str] | None = None) -> tuple[App, ...]:
    """The installed apps in their order, growth first; `enabled` keeps growth and the named ones.

    Raises UnknownApp where `enabled` names one that is not installed.
    """
    found: dict[str, App] = {}
    for entry in entry_points(group="growth.apps"):
        app = entry.load()
        found[app.name] = app
    found.setdefault(OWN, load("growth.rooms:GROWTH"))
    if enabled is not None:
        wanted = set(enabled)
        if unknown := sorted(wanted - set(found)):
            known = ", ".join(sorted(set(found) - {OWN}))
            raise UnknownApp(_("apps: “{name}” is not installed", name=unknown[0]), fix=_("choose from: {words}", words=known))
        found = {name: app for name, app in found.items() if name in wanted or name == OWN}
    return tuple(sorted(found.values(), key=lambda app: (app.name != OWN, app.order, app.name)))


def load(target: str) -> Any:
    """The object behind ``module:attribute`` (or the module behind ``module``)."""
    module, _, attribute = target.partition(":")
    found = importlib.import_module(module)
    return getattr(found, attribute) if attribute else found


def handed(apps: Sequence[App], what: str) -> list[Any]:
    """Everything the apps hand over under `what` (``jobs``, ``todo`` …), imported now, in the apps' order."""
    return [load(target) for app in apps for target in getattr(app, what)]
