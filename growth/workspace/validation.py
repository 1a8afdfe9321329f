"""From a document to its model: pydantic's complaints become problems with a place, in words, all at once."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from growth.workspace.document import Document, Path
from growth.workspace.environment import Environment
from growth.workspace.faults import Fault, faults_of
from growth.workspace.problems import Problem
from growth.workspace.variables import with_variables
from growth.workspace.wording import problems_of

M = TypeVar("M", bound=BaseModel)


def validated(
    document: Document, model: type[M], environment: Environment, *, value: Any, at: Path = (), texts: bool = False
) -> tuple[M | None, list[Problem]]:
    """`value` (that of `document` at path `at`) as `model`, or None and what is wrong.

    A number or a word like ``true`` where text is meant counts as written (``qq: 10000``, ``engines: [baidu, 360]``).
    ``${NAME}`` outside FromEnv fields is filled in here; `texts` marks files whose text people are sent, where secrets are refused.
    """
    data = {} if value is None else value
    problems: list[Problem] = []
    checked: M | None = None
    faults: list[Fault] = []
    for _round in range(3):
        kept: set[int] = set()
        faults = []
        try:
            checked = model.model_validate(data, context={"kept": kept})
        except ValidationError as error:
            checked = None
            faults = faults_of(error, data)
        wrong = frozenset(fault.path for fault in faults)
        filled, found = with_variables(
            data, kept=kept, wrong=wrong, environment=environment, where=lambda path: document.where(*at, *path), texts=texts
        )
        problems += found
        as_written = _as_written(filled, faults, document, at)
        if as_written is data:
            break
        data = as_written
    told = {(problem.line, problem.column) for problem in problems}
    problems.extend(problem for problem in problems_of(faults, document, at, model) if (problem.line, problem.column) not in told)
    return (None if problems else checked), problems


_TEXT_WANTED: Final = {"string_type", "literal_error", "enum", "is_instance_of"}


def _as_written(data: Any, faults: list[Fault], document: Document, at: Path) -> Any:
    for fault in faults:
        if fault.kind not in _TEXT_WANTED:
            continue
        found = _at(data, fault.path)
        node = document.node((*at, *fault.path))
        if isinstance(found, bool | int | float) and node is not None and node.text:
            data = _replaced(data, fault.path, node.text)
    return data


def _at(data: Any, path: Path) -> Any:
    """What is at `path`, or None where nothing is."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _replaced(data: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = _replaced(copy[path[0]], path[1:], value)
    return copy
