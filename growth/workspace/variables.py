"""``${NAME}`` in fields that are not FromEnv: filled in while a file is read, refused where a secret would reach people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from growth.errors import Where
from growth.language import _
from growth.workspace.document import Document, Path, resolved
from growth.workspace.environment import Environment
from growth.workspace.fields import REFERENCE, EnvText
from growth.workspace.problems import Problem, problem_at

#: names of variables that hold a secret; their value has no place in text that people are sent
_SECRET_NAME = re.compile(r"(KEY|SECRET|TOKEN|PASSW|GROWTH_|CREDENTIAL)", re.IGNORECASE)
#: variables that are filled in by themselves; lower-case ones may be a provider's own placeholders (``${code}`` of an SMS template)
_OWN_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


def with_variables(
    data: Any, *, kept: set[int], wrong: frozenset[Path], environment: Environment, where: Callable[[Path], Where], texts: bool
) -> tuple[Any, list[Problem]]:
    """`data` with its variables filled in (the same object where there is nothing to fill), and what is wrong with them.

    `kept` are the ids of texts that FromEnv fields took as they are, `wrong` the paths that are not right as written: there a missing
    variable is needed now. `texts`: the file's text is sent to people, so nothing may be missing and no secret may be in it.
    """
    problems: list[Problem] = []

    def walk(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            new = {key: walk(item, (*path, key)) for key, item in value.items()}
            return new if any(new[key] is not value[key] for key in value) else value
        if isinstance(value, list):
            items = [walk(item, (*path, index)) for index, item in enumerate(value)]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if not isinstance(value, EnvText) or id(value) in kept or not _is_ours(value):
            return value
        if texts and (secret := next((name for name in _names(value) if _SECRET_NAME.search(name)), None)):
            message, hint = (
                _("{name} is a secret and has no place in this text", name=secret),
                _("delete it, or give the variable another name"),
            )
            problems.append(problem_at(where(path), "secret-in-text", message, hint=hint))
            return str(value)
        if missing := environment.missing(value):
            if not texts and path not in wrong:
                return value  # not needed yet; `Workspace.resolve` names it when it is
            hint = _("put a line {name}=… into .env, or give a default: ${{{name}:-text}}", name=missing[0])
            problems.append(problem_at(where(path), "missing-variable", _("{name} is not set", name=missing[0]), hint=hint))
            return str(value)
        return resolved(environment.resolve(value))

    return walk(data, ()), problems


def texts_of(document: Document) -> Iterator[tuple[Path, str]]:
    """Every text of a document that names a variable, with its path."""

    def walk(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
        if isinstance(value, dict):
            for key, item in value.items():
                yield from walk(item, (*path, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from walk(item, (*path, index))
        elif isinstance(value, EnvText) and _is_ours(value):
            yield path, value

    yield from walk(document.value(), ())


def _names(text: str) -> list[str]:
    return [match[1] for match in REFERENCE.finditer(text)]


def _is_ours(text: str) -> bool:
    return all(_OWN_NAME.fullmatch(name) for name in _names(text))
