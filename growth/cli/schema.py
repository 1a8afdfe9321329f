"""``growth schema``: JSON Schemas of the YAML files, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from growth.cli import toolkit
from growth.cli.globals import current
from growth.language import _

app = toolkit.single()


@app.command()
def schema(
    name: Annotated[
        str | None, typer.Argument(help=_("A kind of file (campaign) or a file (channels.yaml); none lists the kinds."))
    ] = None,
    write: Annotated[bool, typer.Option("--write", help=_("Write all schemas into .growth/schemas of the workspace."))] = False,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Print the JSON Schema of a kind of file, or write all of them for the editor.

    Example: growth schema campaign
    """
    from growth.workspace import find_workspace
    from growth.workspace.schemas import FOLDER, file_kinds, schema_names, schema_of, write_schemas

    if write:
        root = find_workspace(Path.cwd(), current().workspace)
        files = [f"{FOLDER}/{kind}.json" for kind in schema_names()]
        if not dry_run:
            files = [path.relative_to(root).as_posix() for path in write_schemas(root)]
        toolkit.emit({"written": files, "dry_run": dry_run}, text="\n".join(files))
        return
    if name is None:
        kinds = file_kinds()
        rows = [{"name": kind, "file": kinds[kind].pattern if kind in kinds else "growth.yaml"} for kind in schema_names()]
        toolkit.emit_rows(rows, columns={"name": _("Kind"), "file": _("File")})
        return
    found = schema_of(name)
    toolkit.emit(found, text=json.dumps(found, ensure_ascii=False, indent=2))
