"""Finding and reading a workspace: every file, every problem, once."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from growth.app import App, FileKind, UnknownApp, discover, load
from growth.language import _
from growth.workspace.document import Document
from growth.workspace.environment import Environment, read_environment
from growth.workspace.keyboard import read_document
from growth.workspace.problems import Problem, Severity, WorkspaceInvalid, WorkspaceMissing, hint_for
from growth.workspace.reading import read_source, relative_name, source_of
from growth.workspace.settings import Settings
from growth.workspace.validation import validated
from growth.workspace.workspace import SETTINGS, Workspace

#: the file that makes a folder a workspace
MARKER: Final = "growth.yaml"


def find_workspace(start: Path | None = None, explicit: Path | None = None) -> Path:
    """The folder of the workspace: `explicit` (``-C``), GROWTH_WORKSPACE, else the nearest folder upwards of `start` with a growth.yaml.

    Raises WorkspaceMissing, saying how to make one.
    """
    named = explicit or (Path(from_environment) if (from_environment := os.environ.get("GROWTH_WORKSPACE")) else None)
    if named is not None:
        folder = named.expanduser().absolute()
        if folder.is_file() and folder.name == MARKER:
            folder = folder.parent
        if not (folder / MARKER).is_file():
            said_by = "-C" if explicit else "GROWTH_WORKSPACE"
            raise WorkspaceMissing(
                _("{option} {folder}: there is no growth.yaml", option=said_by, folder=named),
                fix=f"growth init {named} --site https://…",
            )
        return folder
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file():
            return folder
    raise WorkspaceMissing(
        _("there is no workspace here: no growth.yaml in {folder} or above", folder=here),
        fix=_("name one with -C DIR, or make one: growth init DIR --site https://…"),
    )


@dataclass(slots=True)
class _Read:
    """What has been read so far."""

    root: Path
    previous: Workspace | None
    #: texts that stand for files, by relative name: what somebody is about to save
    drafts: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a workspace became: with problems, `workspace` holds what is right, or is None where growth.yaml itself is not."""

    workspace: Workspace | None
    problems: tuple[Problem, ...]


def load_workspace(root: Path, *, previous: Workspace | None = None) -> Workspace:
    """Read a workspace whole. Raises WorkspaceInvalid with all problems of all files.

    With `previous`, a broken file keeps the version that `previous` has of it and is told in `Workspace.problems`.
    """
    reading = read_workspace(root, previous=previous)
    if reading.workspace is None or (reading.problems and previous is None):
        raise WorkspaceInvalid(reading.problems)
    return reading.workspace


def read_workspace(root: Path, *, previous: Workspace | None = None, drafts: Mapping[str, str] | None = None) -> Reading:
    """Read what can be read. `drafts` are texts in place of files, by relative name.

    Raises WorkspaceMissing where there is no growth.yaml.
    """
    root = root.absolute()
    if not (root / MARKER).is_file():
        raise WorkspaceMissing(_("{folder}: there is no growth.yaml", folder=root), fix=f"growth init {root} --site https://…")
    read = _Read(root, previous, drafts or {})
    environment = read_environment(root)
    read.problems += environment.problems
    settings, sections, apps = _settings(read, environment, discover())
    kinds = {kind.name: kind for app in apps for kind in app.files}
    values = {kind.name: _files(read, kind, environment) for kind in kinds.values()}
    problems = tuple(sorted(read.problems))
    if settings is None:
        return Reading(None, problems)
    workspace = Workspace(
        root=root,
        settings=settings,
        apps=apps,
        hash=_digest(read.contents),
        kinds=kinds,
        sections=sections,
        values=values,
        documents=read.documents,
        environment=environment,
        problems=problems,
    )
    return Reading(workspace, problems)


def _settings(
    read: _Read, environment: Environment, installed: tuple[App, ...]
) -> tuple[Settings | None, dict[str, BaseModel], tuple[App, ...]]:
    """growth.yaml: growth's own keys, then the sections of the apps that are in use."""
    document = _document(read, read.root / MARKER, SETTINGS, SETTINGS)
    before = len(read.problems)
    settings: Settings | None = None
    sections: dict[str, BaseModel] = {}
    apps = installed
    if document is not None and isinstance(document.value() or {}, dict):
        written = document.value() or {}
        apps = _enabled(read, document, written.get("apps"), installed)
        known = {key: target for app in installed for key, target in app.sections.items()}
        own = {key: value for key, value in written.items() if key not in known}
        settings, problems = validated(document, Settings, environment, value=own)
        read.problems += [_with_sections(problem, document, known) for problem in problems]
        used = {key: target for app in apps for key, target in app.sections.items()}
        for key, target in used.items():
            if written.get(key) is not None:
                section, problems = validated(document, load(target), environment, value=written[key], at=(key,))
                read.problems += problems
                if section is not None:
                    sections[key] = section
    elif document is not None:
        place = document.where()
        read.problems.append(
            Problem(
                place.file,
                place.line,
                place.column,
                "wrong-type",
                Severity.ERROR,
                _("the file holds keys with values"),
                _("start it with: site: {url: https://…}"),
            )
        )
    if len(read.problems) > before or settings is None:
        if read.previous is None:
            return None, {}, apps
        read.documents[SETTINGS, SETTINGS] = read.previous.documents[SETTINGS, SETTINGS]
        return read.previous.settings, dict(read.previous.sections), read.previous.apps
    return settings, sections, apps


def _with_sections(problem: Problem, document: Document, known: Mapping[str, str]) -> Problem:
    """An unknown top-level key is told what apps would allow as well."""
    if problem.rule != "unknown-key" or document.root is None:
        return problem
    for key, entry in document.root.content.items():
        if (entry.line, entry.column) == (problem.line, problem.column):
            allowed = [field.alias or name for name, field in Settings.model_fields.items()]
            return Problem(
                problem.file,
                problem.line,
                problem.column,
                problem.rule,
                problem.severity,
                problem.message,
                hint_for(key, [*allowed, *known], limit=30),
            )
    return problem


def _enabled(read: _Read, document: Document, wanted: Any, installed: tuple[App, ...]) -> tuple[App, ...]:
    if not isinstance(wanted, list) or not all(isinstance(name, str) for name in wanted):
        return installed
    known = {app.name for app in installed}
    for position, name in enumerate(wanted):
        if name not in known:
            place = document.where("apps", position)
            hint = hint_for(name, sorted(known - {"growth"}))
            read.problems.append(
                Problem(
                    place.file,
                    place.line,
                    place.column,
                    "unknown-reference",
                    Severity.ERROR,
                    _("the app “{name}” is not installed", name=name),
                    hint,
                )
            )
    try:
        return discover([name for name in wanted if name in known])
    except UnknownApp:  # pragma: no cover - the names were just looked up
        return installed


def _files(read: _Read, kind: FileKind, environment: Environment) -> dict[str, BaseModel]:
    """The files of one kind as their model, by name."""
    found: dict[str, BaseModel] = {}
    for name, path in _paths(read, kind):
        before = len(read.problems)
        document = _document(read, path, kind.name, name)
        value: BaseModel | None = None
        if document is not None and not document.problems:
            value, problems = validated(document, load(kind.model), environment, value=document.value(), texts=kind.many)
            read.problems += problems
        if value is None or len(read.problems) > before:
            value = _last_good(read, kind.name, name)
        if value is not None:
            found[name] = value
    return found


def _last_good(read: _Read, kind: str, name: str) -> BaseModel | None:
    """The version of a broken file that was right before."""
    if read.previous is None:
        return None
    if (kind, name) in read.previous.documents:
        read.documents[kind, name] = read.previous.documents[kind, name]
    return read.previous.values.get(kind, {}).get(name)


def _paths(read: _Read, kind: FileKind) -> list[tuple[str, Path]]:
    """Name and path of the files of a kind, in order of name; file names that cannot be a name are problems."""
    if not kind.many:
        path = read.root / kind.pattern
        return [(kind.name, path)] if kind.pattern in read.drafts or path.exists() or path.is_symlink() else []
    folder, _slash, _star = kind.pattern.rpartition("/")
    place = read.root / folder
    found = []
    drafted = {read.root / file for file in read.drafts if file.rpartition("/")[0] == folder}
    for path in sorted({*place.iterdir(), *drafted} if place.is_dir() else drafted):
        if path.name.startswith(".") or path.name.endswith("~") or path.is_dir():
            continue
        if path.suffix == ".yaml" and usable_name(path.stem):
            found.append((path.stem, path))
            continue
        file = f"{folder}/{path.name}"
        if path.suffix == ".yaml":
            message, hint = _("this file name cannot be a name"), _("use letters, digits, - and _, without spaces")
            read.problems.append(Problem(file, 1, 1, "file-name", Severity.ERROR, message, hint))
        elif path.suffix in (".yml", ".YAML", ".YML"):
            read.problems.append(
                Problem(
                    file, 1, 1, "file-name", Severity.ERROR, _("this file would not be read"), _("rename it to {name}.yaml", name=path.stem)
                )
            )
    return found


def usable_name(name: str) -> bool:
    """Whether `name` can be that of a campaign, a channel, a file: letters of any language, digits, ``-``, ``_``, ``.``."""
    letters = unicodedata.normalize("NFC", name)
    return 0 < len(letters) <= 80 and letters[0] not in "-." and all(character.isalnum() or character in "-_." for character in letters)


def _document(read: _Read, path: Path, kind: str, name: str) -> Document | None:
    """A file as a tree; None where it cannot be read at all. What is wrong is added to the problems."""
    draft = read.drafts.get(relative_name(read.root, path))
    source = read_source(read.root, path) if draft is None else source_of(relative_name(read.root, path), draft)
    if isinstance(source, Problem):
        read.problems.append(source)
        return None
    read.contents[source.file] = source.data
    before = read.previous.documents.get((kind, name)) if read.previous else None
    document = (
        before if before is not None and before.text == source.text and not before.problems else read_document(source.file, source.text)
    )
    read.problems += document.problems
    read.documents[kind, name] = document
    return document if document.root is not None or not document.problems else None


def _digest(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and contents of all files, 64 hex digits."""
    digest = hashlib.sha256()
    for file in sorted(contents):
        digest.update(f"{file}\0{len(contents[file])}\0".encode())
        digest.update(contents[file])
    return digest.hexdigest()
