"""What is wrong in a workspace: every problem with its file, line and column, all of them at once."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from growth.errors import GrowthError, Where
from growth.language import _


class Severity(StrEnum):
    """How much a problem weighs."""

    #: stops what depends on the file
    ERROR = "error"
    #: works, and is probably not what was meant
    WARNING = "warning"
    #: worth knowing
    NOTICE = "notice"


#: problems of form: the file cannot be used as written (`growth check` exits 2). Every other id is a rule of somebody's (exits 1).
FORM_RULES = frozenset(
    {
        "file-missing",
        "file-name",
        "file-outside",
        "file-size",
        "file-encoding",
        "file-unreadable",
        "yaml-syntax",
        "yaml-tab",
        "yaml-character",
        "yaml-duplicate-key",
        "yaml-tag",
        "yaml-alias",
        "yaml-depth",
        "yaml-version",
        "unknown-key",
        "missing-key",
        "wrong-type",
        "wrong-value",
        "not-allowed",
        "unknown-reference",
        "missing-variable",
        "secret-in-text",
        "secret-in-yaml",
        "template-error",
        "regex-error",
        "no-such-date",
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong; lines and columns count from 1. `rule` is an id that ``growth explain`` knows."""

    file: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    hint: str | None = None

    @property
    def of_form(self) -> bool:
        """Whether the file cannot be used as written, in contrast to breaking a rule."""
        return self.severity is Severity.ERROR and self.rule in FORM_RULES

    @property
    def where(self) -> Where:
        """The place."""
        return Where(self.file, self.line, self.column)

    def as_json(self) -> dict[str, object]:
        """The shape of ``growth check --json``."""
        return {**asdict(self), "severity": str(self.severity)}

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}"
        return f"{text}; {self.hint}" if self.hint else text


def problem_at(where: Where, rule: str, message: str, *, hint: str | None = None, severity: Severity = Severity.ERROR) -> Problem:
    """A problem at a place, as `Workspace.where` gives it."""
    return Problem(where.file, where.line, where.column, rule, severity, message, hint)


class WorkspaceInvalid(GrowthError):
    """Files of the workspace cannot be used; `problems` holds all of them, of all files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        first = self.problems[0]
        super().__init__("\n".join(map(str, self.problems)), fix=_("mend the file, then run: growth check"))
        self.first = first


class WorkspaceMissing(GrowthError):
    """There is no workspace where one was looked for."""


class MissingSecret(GrowthError):
    """A variable that is needed now is neither in the environment nor in ``.env``."""

    def __init__(self, name: str, *, where: Where | None = None) -> None:
        super().__init__(
            _("{name} is not set", name=name),
            fix=_("put a line {name}=… into .env of the workspace, or set it in the environment", name=name),
            where=where,
        )
        self.name = name


def did_you_mean(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that `word` probably stands for, or None."""
    choices = [choice for choice in dict.fromkeys(allowed) if choice != word]
    by_folded = {_folded(choice): choice for choice in choices}
    folded = _folded(word)
    if folded in by_folded:
        return by_folded[folded]
    close = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6 if len(folded) > 3 else 0.5)
    return by_folded[close[0]] if close else None


def _folded(word: str) -> str:
    """Capitals, full-width letters and the two dashes do not make another word."""
    return unicodedata.normalize("NFKC", word).casefold().replace("-", "_").replace(" ", "_")


def hint_for(word: str, allowed: Sequence[str], *, limit: int = 12) -> str | None:
    """“did you mean …?” where one is near, and what is allowed."""
    near = did_you_mean(word, allowed)
    listed = ", ".join(allowed[:limit]) + (" …" if len(allowed) > limit else "")
    parts = []
    if near is not None:
        parts.append(_("did you mean “{word}”?", word=near))
    if listed and limit:
        parts.append(_("allowed: {words}", words=listed))
    return " ".join(parts) or None
