"""A file that somebody edits in the dashboard: judged before it is saved, saved whole, never over somebody else's change."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from growth.errors import GrowthError
from growth.language import _
from growth.workspace.check import check_workspace
from growth.workspace.files import write_file
from growth.workspace.loading import MARKER
from growth.workspace.problems import Problem, Severity, WorkspaceInvalid
from growth.workspace.reading import read_source
from growth.workspace.workspace import Workspace


class NotEditable(GrowthError):
    """The file is no YAML of ours: ``.env``, templates and state are not edited here."""


class ChangedMeanwhile(GrowthError):
    """The file is not the one that the edit began with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text for `file`, not saved yet. `before` is the version it was made from (`version_of`), None for a new file."""

    file: str
    text: str
    before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What would change, and what is wrong with the whole workspace after it; only errors of form keep a draft from being saved."""

    diff: str
    problems: tuple[Problem, ...]

    @property
    def may_be_saved(self) -> bool:
        """Whether the file can be used as written."""
        return not any(problem.of_form for problem in self.problems)


def version_of(workspace: Workspace, file: str) -> str | None:
    """What tells one version of a file from another; None where there is no such file."""
    path = workspace.path(file)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def judge(workspace: Workspace, draft: Draft) -> Verdict:
    """The difference and the problems of a draft; nothing is written. Raises NotEditable."""
    _require_editable(workspace, draft.file)
    problems = tuple(problem for problem in check_workspace(workspace.root, drafts={draft.file: draft.text}) if problem.file == draft.file)
    return Verdict(diff=_diff(workspace, draft), problems=problems)


def save(workspace: Workspace, draft: Draft) -> Path:
    """Write a draft that is right in form. Raises WorkspaceInvalid with what is wrong, ChangedMeanwhile where somebody was faster."""
    verdict = judge(workspace, draft)
    if not verdict.may_be_saved:
        raise WorkspaceInvalid(problem for problem in verdict.problems if problem.severity is Severity.ERROR)
    if version_of(workspace, draft.file) != draft.before:
        raise ChangedMeanwhile(
            _("{file} was changed by somebody else meanwhile", file=draft.file), fix=_("load it again, then repeat your change")
        )
    path = workspace.path(draft.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, draft.text)
    return path


def _require_editable(workspace: Workspace, file: str) -> None:
    """growth.yaml, or YAML of a known kind."""
    path = PurePosixPath(file)
    known = (MARKER, *(kind.pattern for kind in workspace.kinds.values()))
    plain = file == path.as_posix() and not path.is_absolute() and all(not part.startswith(".") for part in path.parts)
    if not plain or not any(path.match(pattern) and len(path.parts) == pattern.count("/") + 1 for pattern in known):
        raise NotEditable(_("{file} is not edited here", file=file), fix=_("edit it in the folder of the workspace"))


def _diff(workspace: Workspace, draft: Draft) -> str:
    path = workspace.path(draft.file)
    source = read_source(workspace.root, path) if path.is_file() else None
    before = "" if source is None or isinstance(source, Problem) else source.text
    lines = difflib.unified_diff(before.splitlines(keepends=True), draft.text.splitlines(keepends=True), draft.file, draft.file)
    return "".join(lines)
