"""``growth check``: everything that is wrong in a workspace, the files' form first, then what their owners' rules say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from growth.app import handed, load
from growth.errors import ExitCode, GrowthError, Where
from growth.language import _
from growth.workspace.allowed import schema_members
from growth.workspace.document import Node
from growth.workspace.loading import MARKER, read_workspace
from growth.workspace.problems import Problem, Severity, problem_at
from growth.workspace.workspace import Workspace

#: `Problem`s for one file: ``(Workspace, name, value)``
FileCheck = Callable[[Workspace, str, Any], Iterable[Problem]]


def check_workspace(root: Path, *, drafts: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    """All problems, in order of file and line. Raises WorkspaceMissing where there is no workspace.

    `drafts` are texts in place of files, by relative name: what an editor is about to save.

    Owners judge the files that are right in form even where others are not; that a name is not there is then left to the next run,
    since it may stand in a broken file.
    """
    reading = read_workspace(root, drafts=drafts)
    problems = list(reading.problems)
    if reading.workspace is not None:
        found = [problem for problem in _of_owners(reading.workspace) if not (problems and problem.rule == "unknown-reference")]
        problems += found
    return tuple(sorted(set(problems), key=lambda problem: (problem.file, problem.line, problem.column, problem.rule, problem.message)))


def only(problems: Iterable[Problem], files: Sequence[Path], root: Path) -> tuple[Problem, ...]:
    """The problems of `files` (or of folders), and the errors of growth.yaml: nothing can be judged while it is broken.

    Raises GrowthError for a path that is not of the workspace.
    """
    wanted = [_named(root, file) for file in files]

    def asked(problem: Problem) -> bool:
        broken = problem.file == MARKER and problem.of_form
        return broken or any(name in (".", problem.file) or problem.file.startswith(f"{name}/") for name in wanted)

    return tuple(problem for problem in problems if asked(problem))


def outcome(problems: Iterable[Problem]) -> ExitCode:
    """2 with an error of form, 1 with a rule error, else 0 (contracts/cli.md)."""
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if any(problem.of_form for problem in errors):
        return ExitCode.REFUSED
    return ExitCode.FOUND if errors else ExitCode.DONE


def excerpt(root: Path, problem: Problem) -> str | None:
    """The line of a problem with a mark below the place, or None where the file cannot be shown."""
    from growth.text import cells
    from growth.workspace.reading import read_source

    source = read_source(root, root / problem.file)
    lines = [] if isinstance(source, Problem) else source.text.split("\n")
    if problem.line > len(lines) or not lines[problem.line - 1].strip():
        return None
    line = lines[problem.line - 1].replace("\t", " ")
    before = line[: problem.column - 1]
    gutter = f"{problem.line:>5}"
    return f"{gutter} │ {line[:160]}\n{' ' * len(gutter)} │ {' ' * cells(before)}^" if len(before) < 150 else f"{gutter} │ {line[:160]}"


def secrets_in(
    workspace: Workspace, kind: str, name: str | None = None, *, model: Any, at: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Where]]:
    """Places below `at` of a file where a secret is written out although its field is for ``${NAME}``."""
    document = workspace.document(kind, name)
    start = document.node(at) if document else None
    if document is None or start is None:
        return
    members, step = schema_members(model)

    def walk(node: Node, here: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Where]]:
        if isinstance(node.content, dict):
            for key, entry in node.content.items():
                yield from walk(entry.node, step(here, key), (*path, key))
        elif isinstance(node.content, list):
            for index, item in enumerate(node.content):
                yield from walk(item, step(here, index), (*path, index))
        elif node.text and "${" not in node.text and any(one.get("format") == "secret" for one in here):
            yield path, document.where(*path)

    yield from walk(start, members, at)


def _of_owners(workspace: Workspace) -> Iterator[Problem]:
    """What the rooms find: in each file, then in the workspace as a whole."""
    for kind in workspace.kinds.values():
        if kind.check is not None:
            judge: FileCheck = load(kind.check)
            for name, value in workspace.values.get(kind.name, {}).items():
                yield from _guarded(judge, workspace, name, value, where=Where(workspace.source(kind.name, name)))
    for judge_all in handed(workspace.apps, "checks"):
        yield from _guarded(judge_all, workspace, where=Where("growth.yaml"))


def _guarded(judge: Callable[..., Iterable[Problem]], *arguments: object, where: Where) -> Iterator[Problem]:
    """Problems of one check; an error that it raises for a person is one of them."""
    try:
        yield from judge(*arguments)
    except GrowthError as fault:
        yield problem_at(fault.where or where, "wrong-value", fault.message, hint=fault.fix)


def _named(root: Path, file: Path) -> str:
    for candidate in (file.absolute(), (root / file).absolute()):
        if candidate.exists() and candidate.resolve().is_relative_to(root.resolve()):
            return candidate.resolve().relative_to(root.resolve()).as_posix()
    raise GrowthError(_("{file} is not a file of this workspace", file=file), fix=_("name files below {root}", root=root))
