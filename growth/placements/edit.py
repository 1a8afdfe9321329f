"""Write placements into placements.yaml, comments and order kept, whole or not at all."""

from __future__ import annotations

import difflib
import io
import os
import tempfile
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML

from growth.errors import GrowthError
from growth.language import _
from growth.placements.settings import PlacementEntry, PlacementsFile
from growth.tables import read_table
from growth.workspace import Workspace

FILE = "placements.yaml"
#: headers of an import, Chinese names beside the keys of the file
COLUMNS = {
    "id": ("id", "编号"),
    "channel": ("channel", "渠道"),
    "kind": ("kind", "类型"),
    "target": ("target", "目标"),
    "title": ("title", "标题"),
    "at": ("at", "页面", "链接"),
    "link_to": ("link_to", "指向"),
    "rel": ("rel",),
    "cost": ("cost", "费用"),
    "from": ("from", "开始"),
    "until": ("until", "结束"),
}


class AlreadyThere(GrowthError):
    """placements.yaml has an entry of that id."""


def add_entries(workspace: Workspace, entries: list[dict[str, str]], *, dry_run: bool) -> str:
    """Append `entries` to placements.yaml; the diff of the file. Raises GrowthError for one that is not valid, AlreadyThere."""
    known = {entry.id for entry in workspace.one("placements", PlacementsFile).placements}
    for entry in entries:
        if entry.get("id") in known:
            raise AlreadyThere(_("placements.yaml has “{id}” already", id=entry["id"]), fix=_("choose another id, or edit the entry"))
        if problem := refusal(entry, workspace):
            raise GrowthError(f"{entry.get('id', '?')}: {problem[0]}: {problem[1]}", fix="growth placement add --help")
    return _written(workspace, entries, dry_run=dry_run)


def import_table(workspace: Workspace, path: Path, *, dry_run: bool) -> dict[str, Any]:
    """Add the rows of a CSV or XLSX file; each row has a verdict, a wrong one stops no other."""
    known = {entry.id for entry in workspace.one("placements", PlacementsFile).placements}
    entries: list[dict[str, str]] = []
    verdict: dict[str, Any] = {"rows": 0, "created": 0, "updated": 0, "unchanged": 0, "rejected": []}
    for row in read_table(path, columns=COLUMNS, required=("id", "channel", "kind")):
        verdict["rows"] += 1
        entry = {key: value for key, value in row.values.items() if value}
        if problem := refusal(entry, workspace):
            verdict["rejected"].append({"row": row.number, "column": problem[0], "reason": problem[1]})
        elif entry["id"] in known:
            verdict["unchanged"] += 1
        else:
            known.add(entry["id"])
            entries.append(entry)
            verdict["created"] += 1
    if entries:
        _written(workspace, entries, dry_run=dry_run)
    return verdict


def refusal(entry: dict[str, str], workspace: Workspace) -> tuple[str, str] | None:
    """Column and reason why an entry is not valid, or None."""
    try:
        PlacementEntry.model_validate(entry)
    except ValidationError as fault:
        first = fault.errors()[0]
        return str(first["loc"][0]) if first["loc"] else "id", first["msg"]
    return None


def _written(workspace: Workspace, entries: list[dict[str, str]], *, dry_run: bool) -> str:
    path = workspace.root / FILE
    before = path.read_text("utf-8") if path.exists() else ""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 200
    document = yaml.load(before) or {}
    document.setdefault("placements", [])
    if document["placements"] is None:
        document["placements"] = []
    document["placements"].extend(entries)
    stream = io.StringIO()
    yaml.dump(document, stream)
    after = stream.getvalue()
    if not dry_run:
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".placements-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as target:
            target.write(after)
            target.flush()
            os.fsync(target.fileno())
        Path(draft).replace(path)
    return "".join(difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), FILE, FILE))
