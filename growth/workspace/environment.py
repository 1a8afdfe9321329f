"""Variables: the environment first, then ``.env`` of the workspace; ``${NAME}`` and ``${NAME:-default}`` in text."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from growth.errors import Where
from growth.language import _
from growth.workspace.fields import REFERENCE
from growth.workspace.files import write_file
from growth.workspace.problems import MissingSecret, Problem, Severity
from growth.workspace.reading import read_source

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "$": "$"}


@dataclass(frozen=True, slots=True)
class Environment:
    """Variables by name. `file` is what ``.env`` held; the process environment wins over it."""

    file: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def get(self, name: str) -> str | None:
        """The variable, or None; one that is set to nothing counts as not set, as ``:-`` has it in a shell."""
        return os.environ.get(name) or self.file.get(name) or None

    def secret(self, name: str) -> str:
        """The variable. Raises MissingSecret, naming it."""
        value = self.get(name)
        if value is None:
            raise MissingSecret(name)
        return value

    def resolve(self, text: str, *, where: Where | None = None) -> str:
        """`text` with its ``${NAME}`` filled in. Raises MissingSecret for one without value and without default."""

        def one(match: re.Match[str]) -> str:
            value = self.get(match[1])
            if value is None and match[2] is None:
                raise MissingSecret(match[1], where=where)
            return value if value is not None else match[2]

        return REFERENCE.sub(one, text)

    def missing(self, text: str) -> tuple[str, ...]:
        """Names in `text` that have neither a value nor a default."""
        return tuple(match[1] for match in REFERENCE.finditer(text) if match[2] is None and self.get(match[1]) is None)


def read_environment(root: Path) -> Environment:
    """The ``.env`` of a workspace; a file that is not there is empty, a broken line is a problem and the rest is read."""
    path = root / ".env"
    if not path.is_file():
        return Environment()
    source = read_source(root, path)
    if isinstance(source, Problem):
        return Environment(problems=(source,))
    return parse_environment(source.text, file=source.file)


def set_variable(root: Path, name: str, value: str) -> None:
    """Give a variable of ``.env`` its value, at its line or at the end, the rest of the file as it is."""
    path = root / ".env"
    lines = path.read_text("utf-8").split("\n") if path.is_file() else []
    places = [number for number, line in enumerate(lines) if (match := _LINE.match(line)) and match[1] == name]
    line = f"{name}={value}"
    if places:
        lines[places[-1]] = line
    else:
        while lines and not lines[-1]:
            lines.pop()
        lines += [line, ""]
    write_file(path, "\n".join(lines), mode=0o600)


def parse_environment(text: str, *, file: str = ".env") -> Environment:
    """Read ``NAME=value`` lines: comments, ``export``, single quotes as they stand, double quotes with ``\\n \\t \\" \\\\ \\$``."""
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line.replace("＝", "=", 1) if "=" not in line else line)
        value = _value(match[2]) if match else None
        if match is None or value is None:
            hint = _("write NAME=value; put a value with spaces or # in quotes")
            problems.append(Problem(file, number, 1, "yaml-syntax", Severity.ERROR, _("this is not a line of the form NAME=value"), hint))
            continue
        values[match[1]] = value
    return Environment(values, tuple(problems))


def _value(raw: str) -> str | None:
    """The value behind the equals sign, or None where a quote is not closed."""
    if raw[:1] == "'":
        end = raw.find("'", 1)
        return raw[1:end] if end > 0 and _only_comment(raw[end + 1 :]) else None
    if raw[:1] == '"':
        match = re.match(r'"((?:[^"\\]|\\.)*)"(.*)$', raw)
        if match is None or not _only_comment(match[2]):
            return None
        return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[0]), match[1])
    return re.split(r"(?:^|\s)#", raw, maxsplit=1)[0].rstrip()


def _only_comment(rest: str) -> bool:
    return not rest.strip() or rest.lstrip().startswith("#")
