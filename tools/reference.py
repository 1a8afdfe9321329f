"""Write the generated pages of ``docs/reference/``: commands, settings, checks, rules. ``make docs``; a test fails when they are stale.

``--check`` writes nothing and exits 1 where a page is not what would be written.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

os.environ.update(COLUMNS="100", GROWTH_LANG="en", NO_COLOR="1")

import typer
from pydantic import BaseModel

from growth.app import discover, load
from growth.language import speaking, use_language
from growth.workspace import Settings, duration_text

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- Written by `make docs`; do not edit. -->\n"
_TYPES = {"object": "mapping", "array": "list", "string": "text", "boolean": "true / false", "integer": "whole number"}
_EXAMPLE = re.compile(r"\s*Example:\s*(.+?)\s*$", re.S)


def pages() -> dict[str, str]:
    """Every generated page by file name."""
    use_language("en")
    made = {"commands.md": commands(), "settings.md": settings(), "checks.md": catalogue(), "rules.md": rule_texts()}
    return {name: NOTE + re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n" for name, text in made.items()}


# commands


def commands() -> str:
    """Every command with its arguments, options and example, as the command line knows them."""
    from growth.cli.words import program

    root: Any = typer.main.get_command(program())
    context = root.make_context("growth", [], resilient_parsing=True)
    parts = [
        "# Commands\n",
        "These work with every command, anywhere on the line: `-C DIR` (the workspace), `--lang zh-CN|en`, `--json` (one JSON document), "
        "`--jsonl` (a document a line), `--quiet` (no progress), `--debug` (tracebacks).\n",
        "Exit codes: `0` done · `1` done, and more was found than the asked threshold allows · `2` wrong use, wrong settings or refused; "
        "nothing was changed · `3` not finished; the printed command goes on · `130` interrupted.\n",
        "An error is a line `error: …` and a line `fix: …` with the way out. Times in JSON are RFC 3339, money is "
        '`{"amount": "80.00", "currency": "CNY"}`, ids are text.\n',
    ]
    for app in discover():
        words = [command.name for command in app.commands]
        listed = " · ".join(f"[{name}](#growth-{name})" for name in words)
        parts.append(f"- {app.title.en}: {listed}")
    parts.append("")
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        parts += _command(command, f"growth {name}", depth=2)
    return "\n".join(parts)


def _command(command: Any, path: str, depth: int) -> Iterator[str]:
    yield f"{'#' * depth} {path}\n"
    text, examples = _described(command.help or "")
    if text:
        yield f"{text}\n"
    below = dict(getattr(command, "commands", {}))
    options = [parameter for parameter in command.params if not _is_common(parameter)]
    if not below or getattr(command, "invoke_without_command", False):
        usage = " ".join([path, *_usage(command, path)])
        yield f"```text\n{usage}\n```\n"
    if options:
        yield "| argument, option | meaning |\n| --- | --- |"
        yield from (_parameter(parameter, command, path) for parameter in options)
        yield ""
    if examples:
        yield "```console\n" + "\n".join(examples) + "\n```\n"
    for name, sub in below.items():
        yield from _command(sub, f"{path} {name}", depth + 1)


def _context(command: Any, path: str) -> Any:
    return command.make_context(path, [], resilient_parsing=True)


def _usage(command: Any, path: str, parameter: Any = None) -> list[str]:
    """How the arguments are written: ``[OPTIONS] ID``."""
    context = _context(command, path)
    pieces = parameter.get_usage_pieces(context) if parameter is not None else command.collect_usage_pieces(context)
    return [str(piece).strip("{}") for piece in pieces]


def _is_common(parameter: Any) -> bool:
    return parameter.name in ("help", "install_completion", "show_completion")


def _described(help_text: str) -> tuple[str, list[str]]:
    """A docstring without its ``Example: …``, and the examples."""
    found = _EXAMPLE.search(help_text)
    text = help_text[: found.start()] if found else help_text
    examples = [part.strip().rstrip(".") for part in re.split(r";\s+(?=growth )", " ".join(found[1].split()))] if found else []
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n")]
    return "\n\n".join(map(_angles, filter(None, paragraphs))), examples


def _parameter(parameter: Any, command: Any, path: str) -> str:
    if parameter.param_type_name == "argument":
        shown = f"`{_cell(' '.join(_usage(command, path, parameter)))}`"
        marks: list[str] = []
    else:
        record = parameter.get_help_record(_context(command, path))
        shown = f"`{_cell(record[0])}`" if record else f"`{parameter.opts[0]}`"
        marks = ["required"] if parameter.required else []
    default = parameter.default
    if isinstance(default, int | str) and not isinstance(default, bool) and default != "" and parameter.param_type_name == "option":
        marks.append(f"default `{default}`")
    meaning = _angles(_cell(parameter.help or ""))
    note = f"({', '.join(marks)})" if marks else ""
    return f"| {shown} | {' '.join(filter(None, (meaning, note)))} |"


# settings


def settings() -> str:
    """Every key of every YAML file: type, default, meaning."""
    parts = [
        "# Settings\n",
        "Every key of every file of a workspace, with its type and default. The same as JSON Schema: `growth schema --write`. "
        "How the files are read, and what each error means: [workspace.md](workspace.md).\n",
        "`NAME` stands for a name of your own, `[]` for each entry of a list.\n",
        "## growth.yaml\n",
        *_table(Settings),
    ]
    for app in discover():
        for key, target in app.sections.items():
            parts += [f"### growth.yaml › {key} ({app.title.en})\n", *_table(load(target), prefix=f"{key}.")]
    for app in discover():
        for kind in app.files:
            parts += [f"## {kind.pattern} ({app.title.en})\n", *_table(load(kind.model))]
    return "\n".join(parts)


def _table(model: type[BaseModel], prefix: str = "") -> list[str]:
    doc = (model.__doc__ or "").strip().splitlines()
    lines = [f"{_angles(doc[0])}\n" if doc else "", "| key | type | default | meaning |", "| --- | --- | --- | --- |"]
    found = _Keys(model.model_json_schema(by_alias=True), _filled(model), len(prefix))
    return [*lines, *found.rows(found.schema, prefix), ""]


def _filled(model: type[BaseModel]) -> BaseModel | None:
    """The model with its defaults, where it can be made of nothing (or of a site's address)."""
    for given in ({}, {"site": {"url": "https://www.example.com/"}}):
        try:
            return model.model_validate(given)
        except ValueError:
            continue
    return None


class _Keys:
    """The rows of one table. What is made of the same keys as something above it is not listed again."""

    def __init__(self, schema: dict[str, Any], defaults: BaseModel | None, skipped: int) -> None:
        self.schema, self.defaults, self._skipped = schema, defaults, skipped
        self._definitions: dict[str, Any] = schema.get("$defs", {})
        self._listed: dict[str, str] = {}

    def rows(self, schema: dict[str, Any], prefix: str) -> Iterator[str]:
        """A row a key, depth first."""
        for name, entry in schema.get("properties", {}).items():
            yield from self._entry(f"{prefix}{name}", entry, required=name in schema.get("required", ()))

    def _entry(self, path: str, entry: dict[str, Any], *, required: bool) -> Iterator[str]:
        below, as_above = [], ""
        for suffix, reference in _inner(entry):
            name = reference.rpartition("/")[2]
            if "properties" not in self._definitions.get(name, {}):
                continue
            if name in self._listed:
                as_above = self._listed[name]
            else:
                self._listed[name] = f"{path}{suffix}"
                below.append((f"{path}{suffix}.", self._definitions[name]))
        meaning = _angles(_cell(_meaning(entry, self._definitions)))
        note = f"keys as in `{as_above}`" if as_above and not below else ""
        cells = (f"`{path}`", _cell(_type(entry, self._definitions)), self._default(path, entry, required=required))
        yield f"| {' | '.join(cells)} | {'; '.join(filter(None, (meaning.rstrip('.') if note else meaning, note)))} |"
        for prefix, definition in below:
            yield from self.rows(definition, prefix)

    def _default(self, path: str, entry: dict[str, Any], *, required: bool) -> str:
        if required:
            return "needed"
        value = self._value(path[self._skipped :])
        shown = _written(value if value is not None else entry.get("default"))
        return f"`{_cell(shown)}`" if shown else ""

    def _value(self, path: str) -> Any:
        here: Any = self.defaults
        for name in path.split("."):
            here = getattr(here, name, None) if not hasattr(here, f"{name}_") else getattr(here, f"{name}_")
        return here


def _written(value: Any) -> str:
    """A default as one would write it in YAML; nothing for what is empty or has keys of its own."""
    if value is None or value == "" or isinstance(value, dict | BaseModel):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(map(_written, value))}]" if value and len(value) < 8 else ""
    if isinstance(value, str) and (found := re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", value)):
        years, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return duration_text(timedelta(days=365 * years + days, hours=hours, minutes=minutes, seconds=seconds))
    if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d:00", value):
        return f'"{value[:5]}"'
    return str(value)


def _inner(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    options = [entry, *entry.get("anyOf", ()), *entry.get("oneOf", ())]
    for option in options:
        if "$ref" in option:
            yield "", option["$ref"]
        for key, suffix in (("items", "[]"), ("additionalProperties", ".NAME")):
            below = option.get(key)
            if isinstance(below, dict):
                yield from ((suffix + more, reference) for more, reference in _inner(below))


def _type(entry: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in entry:
        found = definitions.get(entry["$ref"].rpartition("/")[2], {})
        return (
            _type(found, definitions)
            if "enum" in found or "const" in found
            else "mapping"
            if "properties" in found
            else str(found.get("type", "mapping"))
        )
    if "enum" in entry:
        return " / ".join(str(value) for value in entry["enum"])
    if "const" in entry:
        return str(entry["const"])
    for key in ("anyOf", "oneOf"):
        if key in entry:
            return " or ".join(dict.fromkeys(_type(option, definitions) for option in entry[key] if option.get("type") != "null"))
    if isinstance(entry.get("type"), list):
        return " or ".join(_TYPES.get(name, name) for name in entry["type"])
    kind = _TYPES.get(str(entry.get("type", "")), str(entry.get("type", "any")))
    return f"list of {_type(entry['items'], definitions)}" if kind == "list" and isinstance(entry.get("items"), dict) else kind


def _meaning(entry: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "description" in entry:
        return str(entry["description"]).splitlines()[0]
    for _suffix, reference in _inner(entry):
        found = definitions.get(reference.rpartition("/")[2], {})
        if "description" in found:
            return str(found["description"]).splitlines()[0]
    examples = entry.get("examples") or ()
    return f"e.g. {examples[0]}" if examples else ""


def _cell(value: object) -> str:
    return re.sub(r"\s+", " ", str(value)).replace("|", "\\|")


def _angles(text: str) -> str:
    """Text in which ``<a>`` is shown, not read as HTML; double back-quotes of docstrings become one."""
    text = text.replace("``", "`")
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(piece if piece.startswith("`") else piece.replace("<", "&lt;") for piece in pieces)


# checks and rules


def catalogue() -> str:
    """The audit's checks by group."""
    from seo.check import catalogue as found

    metas = [check.meta for check in found().values()]
    parts = [
        "# Checks of the SEO audit\n",
        "What `growth seo audit` looks at. `growth explain ID` says why a check exists and how to mend what it finds; limits are set under "
        "`seo.checks.limits`, a check is left out with `seo.checks.ignore`, weighed otherwise with `seo.checks.severity`.\n",
    ]
    groups: dict[str, list[Any]] = {}
    for meta in metas:
        groups.setdefault(str(meta.group), []).append(meta)
    for group, members in groups.items():
        parts += [
            f"## {group}\n",
            "| id | severity | what is wrong | 问题 | why it matters | limits |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        parts += [_check(meta) for meta in sorted(members, key=lambda meta: meta.id)]
        parts.append("")
    return "\n".join(parts)


def _check(meta: Any) -> str:
    limits = ", ".join(f"`{name}: {_limit(value)}`" for name, value in meta.limits.items())
    cells = (
        f"`{meta.id}`",
        meta.severity,
        _angles(_cell(meta.title_bad.en)),
        _angles(_cell(meta.title_bad.zh)),
        _angles(_cell(meta.why.en)),
        limits,
    )
    return f"| {' | '.join(map(str, cells))} |"


def _limit(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        shown = sorted(map(str, value)) if isinstance(value, set | frozenset) else list(map(str, value))
        return _cell("[" + ", ".join(shown[:6]) + (", …" if len(shown) > 6 else "") + "]")
    return _cell(value)


def rule_texts() -> str:
    """What ``growth explain`` knows beside the checks."""
    found: list[Any] = [rule for app in discover() for target in app.rules for rule in load(target)()]
    checks = {check.meta.id for check in _checks()}
    parts = [
        "# Rules\n",
        "What `growth check` and `growth campaign plan` judge; `growth explain RULE` prints the whole text. Rules of form are explained "
        "one by one in [workspace.md](workspace.md), checks of the audit in [checks.md](checks.md).\n",
        "| rule | title | 规则 | how to mend | source |",
        "| --- | --- | --- | --- | --- |",
    ]
    with speaking("en"):
        for rule in sorted({rule.id: rule for rule in found if rule.id not in checks}.values(), key=lambda rule: rule.id):
            texts = (rule.title.en, rule.title.zh, rule.mend.en, rule.source)
            parts.append(f"| `{rule.id}` | {' | '.join(_angles(_cell(text)) for text in texts)} |")
    return "\n".join(parts) + "\n"


def _checks() -> list[Any]:
    from seo.check import catalogue as found

    return list(found().values())


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` name those that are stale."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = 0
    for name, text in pages().items():
        path = FOLDER / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale += 1
        if "--check" not in arguments:
            path.write_text(text, "utf-8")
        sys.stdout.write(f"docs/reference/{name}{' is stale: make docs' if '--check' in arguments else ''}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
