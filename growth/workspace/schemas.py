"""JSON Schemas of the YAML files, for editors: completion, words on hover, mistakes underlined while typing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from growth.app import App, FileKind, discover, load
from growth.errors import GrowthError
from growth.language import _
from growth.workspace.files import write_file
from growth.workspace.problems import hint_for
from growth.workspace.settings import Settings
from growth.workspace.workspace import SETTINGS

#: where a workspace keeps them
FOLDER = ".growth/schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class UnknownKind(GrowthError):
    """There is no kind of file of that name."""


def file_kinds(apps: Sequence[App] | None = None) -> dict[str, FileKind]:
    """Every kind of file of the apps by name, growth.yaml not among them."""
    return {kind.name: kind for app in (apps if apps is not None else discover()) for kind in app.files}


def schema_names(apps: Sequence[App] | None = None) -> tuple[str, ...]:
    """What there are schemas of: growth.yaml first, then the kinds in the apps' order."""
    return (SETTINGS, *file_kinds(apps))


def schema_of(name: str, apps: Sequence[App] | None = None) -> dict[str, Any]:
    """The JSON Schema of growth.yaml (``growth``) or of a kind of file; a file name stands for its kind. Raises UnknownKind."""
    apps = apps if apps is not None else discover()
    kinds = file_kinds(apps)
    by_file = {kind.pattern: kind.name for kind in kinds.values() if not kind.many} | {"growth.yaml": SETTINGS}
    found = by_file.get(name, name)
    if found == SETTINGS:
        return _settings_schema(apps)
    if found not in kinds:
        raise UnknownKind(_("there is no kind of file “{name}”", name=name), fix=hint_for(name, schema_names(apps), limit=30))
    kind = kinds[found]
    return {"$schema": _DIALECT, **load(kind.model).model_json_schema(by_alias=True), "title": kind.pattern}


def write_schemas(root: Path, apps: Sequence[App] | None = None) -> tuple[Path, ...]:
    """Write every schema below ``.growth/schemas``; the files written."""
    apps = apps if apps is not None else discover()
    written = []
    for name in schema_names(apps):
        path = root / FOLDER / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, json.dumps(schema_of(name, apps), ensure_ascii=False, indent=1) + "\n")
        written.append(path)
    return tuple(written)


def header(name: str, *, depth: int = 0) -> str:
    """The comment by which an editor finds the schema; `depth` is how many folders below the root the file lies."""
    return f"# yaml-language-server: $schema={'../' * depth}{FOLDER}/{name}.json"


def _settings_schema(apps: Sequence[App]) -> dict[str, Any]:
    """growth.yaml with the sections of the apps put in; definitions of sections get the section's name before their own."""
    schema = Settings.model_json_schema(by_alias=True)
    definitions = schema.setdefault("$defs", {})
    for app in apps:
        for key, target in app.sections.items():
            section = load(target).model_json_schema(by_alias=True)
            parts = section.pop("$defs", {})
            names = {name: f"{key}.{name}" for name in parts}
            definitions |= {names[name]: _renamed(part, names) for name, part in parts.items()}
            schema["properties"][key] = _renamed(section, names)
    return {"$schema": _DIALECT, **schema, "title": "growth.yaml"}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: f"#/$defs/{names[item.rpartition('/')[2]]}" if key == "$ref" else _renamed(item, names) for key, item in value.items()}
    return [_renamed(item, names) for item in value] if isinstance(value, list) else value
