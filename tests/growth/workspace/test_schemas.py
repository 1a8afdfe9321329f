"""JSON Schemas for editors."""

import json
from typing import Any

import pytest

from growth.workspace import Workspace
from growth.workspace.schemas import UnknownKind, file_kinds, header, schema_names, schema_of, write_schemas


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in references(item)]
    return [found for item in value for found in references(item)] if isinstance(value, list) else []


@pytest.mark.parametrize("name", schema_names())
def test_every_kind_has_a_schema_whose_references_lead_somewhere(name: str) -> None:
    schema = schema_of(name)
    json.dumps(schema)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    for reference in references(schema):
        assert reference.removeprefix("#/$defs/") in schema["$defs"]


def test_growth_yaml_knows_the_sections_of_the_apps() -> None:
    from growth.app import discover

    sections = {key for app in discover() for key in app.sections}
    assert {"site", "web", *sections} <= set(schema_of("growth")["properties"])


def test_a_file_name_stands_for_its_kind() -> None:
    assert schema_of("channels.yaml") == schema_of("channels")
    assert schema_of("growth.yaml") == schema_of("growth")


def test_an_unknown_kind_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownKind) as caught:
        schema_of("chanels")
    assert "channels" in str(caught.value.fix)


def test_they_are_written_where_the_headers_of_the_files_point(workspace: Workspace) -> None:
    written = write_schemas(workspace.root)
    assert {path.stem for path in written} == set(schema_names())
    for kind in file_kinds().values():
        folder = workspace.root / ("campaigns" if kind.many else ".")
        folder.mkdir(exist_ok=True)
        target = header(kind.name, depth=1 if kind.many else 0).partition("$schema=")[2]
        assert (folder / target).resolve().is_file()
