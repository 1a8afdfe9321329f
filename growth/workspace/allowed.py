"""What a model allows where, read from its JSON Schema: keys for “did you mean”, fields that hold a secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from growth.workspace.document import Path

#: members of a JSON Schema that may stand at one place
Members = list[Mapping[str, Any]]


def schema_members(model: type[BaseModel]) -> tuple[Members, Callable[[Members, str | int], Members]]:
    """What a model allows at its root, as members of its JSON Schema, and a function that goes one step (key or index) down."""
    schema = model.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})

    def members(one: Mapping[str, Any]) -> Members:
        if "$ref" in one:
            return members(definitions[one["$ref"].rpartition("/")[2]])
        return [one, *(member for key in ("anyOf", "oneOf", "allOf") for choice in one.get(key, ()) for member in members(choice))]

    def step(here: Members, to: str | int) -> Members:
        below: Members = []
        for one in here:
            if isinstance(to, int):
                candidates = [one.get("items"), *one.get("prefixItems", [])]
            elif to in one.get("properties", {}):
                candidates = [one["properties"][to]]
            else:
                candidates = [one.get("additionalProperties"), *one.get("patternProperties", {}).values()]
            below += [member for candidate in candidates if isinstance(candidate, dict) for member in members(candidate)]
        return below

    return members(schema), step


def allowed_keys(model: type[BaseModel], path: Path) -> list[str]:
    """Keys that are known at `path` of a model; those of every member where there is a choice."""
    here, step = schema_members(model)
    for to in path:
        here = step(here, to)
    return list(dict.fromkeys(key for one in here for key in one.get("properties", {})))
