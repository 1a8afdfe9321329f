"""The workspace as every room sees it: settings, sections and files with their places, secrets when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from growth.app import App, FileKind
from growth.errors import GrowthError, Where
from growth.language import _
from growth.workspace.document import Document
from growth.workspace.environment import Environment
from growth.workspace.problems import Problem
from growth.workspace.settings import Settings

M = TypeVar("M", bound=BaseModel)

#: the kind under which growth.yaml itself is asked for (`Workspace.where`)
SETTINGS = "growth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A workspace that was read and found right. It does not change; `Watched` reads changed files anew.

    `values` holds what the files of each kind became, by kind and name (a one-file kind has the name of the kind);
    `documents` the trees with the places. Rooms use `one`, `many`, `section`, `where`, `source`.
    """

    root: Path
    settings: Settings
    apps: tuple[App, ...]
    hash: str
    kinds: Mapping[str, FileKind] = field(repr=False)
    sections: Mapping[str, BaseModel] = field(repr=False)
    values: Mapping[str, Mapping[str, BaseModel]] = field(repr=False)
    documents: Mapping[tuple[str, str], Document] = field(repr=False)
    environment: Environment = field(repr=False)
    #: what is wrong with files that were left out, or whose last good version is in use (`Watched`)
    problems: tuple[Problem, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone: days and schedules are its own."""
        return self.settings.site.zone

    @property
    def state(self) -> Path:
        """``.growth/``: database, schemas, crawls, reports; made on demand, closed to others."""
        folder = self.root / ".growth"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def section(self, key: str, model: type[M]) -> M:
        """The section `key` of growth.yaml as its owner's `model`; the model's defaults where it is not written."""
        found = self.sections.get(key)
        if found is None:
            return model()
        assert isinstance(found, model), f"section {key} is a {type(found).__name__}"
        return found

    def one(self, kind: str, model: type[M]) -> M:
        """The value of a one-file kind; the model's defaults where the file is not there."""
        found = self.values.get(kind, {}).get(kind)
        if found is None:
            return model()
        assert isinstance(found, model), f"{kind} is a {type(found).__name__}"
        return found

    def many(self, kind: str, model: type[M]) -> dict[str, M]:
        """The values of a kind with one file a name, by name, in order."""
        found = {}
        for name, value in self.values.get(kind, {}).items():
            assert isinstance(value, model), f"{kind} {name} is a {type(value).__name__}"
            found[name] = value
        return found

    def document(self, kind: str, name: str | None = None) -> Document | None:
        """The tree of a file, or None where the file is not there."""
        return self.documents.get((kind, name or kind))

    def where(self, kind: str, name: str | None = None, *path: str | int, key: bool = False) -> Where:
        """The place of a value, for errors: ``where("campaign", "monthly", "content", "subject")``.

        A one-file kind has no name: ``where("channels", None, "channels", "hao123")``; growth.yaml is the kind `SETTINGS`.
        `key` gives the place of the key instead of the value. What is not written has the place of what it would stand in.
        """
        document = self.document(kind, name)
        return document.where(*path, key=key) if document else Where(self.source(kind, name))

    def source(self, kind: str, name: str | None = None) -> str:
        """The relative file name of a kind, whether the file is there or not."""
        if kind == SETTINGS:
            return "growth.yaml"
        pattern = self.kinds[kind].pattern if kind in self.kinds else f"{kind}.yaml"
        return pattern.replace("*", name or "")

    def secret(self, name: str) -> str:
        """A variable of the environment or ``.env``. Raises MissingSecret, naming it."""
        return self.environment.secret(name)

    def resolve(self, value: str, *, where: Where | None = None) -> str:
        """`value` with ``${NAME}`` and ``${NAME:-default}`` filled in, now that it is needed. Raises MissingSecret."""
        return self.environment.resolve(value, where=where)

    def path(self, *parts: str) -> Path:
        """A path below the root that stays inside, links followed. Raises GrowthError for one that leads out."""
        from growth.workspace.reading import inside

        found = self.root.joinpath(*parts)
        if not inside(self.root, found):
            raise GrowthError(_("{path} leads out of the workspace", path="/".join(parts)), fix=_("put the file itself into the workspace"))
        return found
