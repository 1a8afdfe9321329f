"""Write placements into placements.yaml: everything else in the file stays as it is, and it is written whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from growth.errors import GrowthError
from growth.language import _
from growth.placements.life import PlacementKind
from growth.placements.settings import PlacementEntry, PlacementsFile
from growth.tables import TableRow, read_table
from growth.workspace import Workspace, hint_for
from growth.workspace.document import parse
from growth.workspace.drafts import Draft, judge, save, version_of
from growth.workspace.edit import with_entry
from growth.workspace.faults import faults_of
from growth.workspace.reading import Source, read_source
from growth.workspace.wording import problems_of

FILE = "placements.yaml"
#: headers of an import, Chinese names beside the keys of the file
COLUMNS = {
    "id": ("id", "编号"),
    "channel": ("channel", "渠道"),
    "kind": ("kind", "类型"),
    "target": ("target", "目标", "目录"),
    "title": ("title", "标题", "名称"),
    "at": ("at", "页面", "链接", "网址"),
    "link_to": ("link_to", "指向"),
    "rel": ("rel",),
    "cost": ("cost", "费用"),
    "from": ("from", "开始"),
    "until": ("until", "结束"),
    "keywords": ("keywords", "关键词"),
}
#: kinds as a Chinese table calls them
KINDS = {
    "目录": PlacementKind.DIRECTORY,
    "导航": PlacementKind.DIRECTORY,
    "文章": PlacementKind.ARTICLE,
    "软文": PlacementKind.ARTICLE,
    "视频": PlacementKind.VIDEO,
    "友情链接": PlacementKind.PARTNER_LINK,
    "友链": PlacementKind.PARTNER_LINK,
    "联盟": PlacementKind.AFFILIATE,
    "广告": PlacementKind.AD,
    "社交": PlacementKind.SOCIAL,
    "海报": PlacementKind.POSTER,
    "社群": PlacementKind.GROUP,
    "提及": PlacementKind.MENTION,
}
#: values that YAML reads as the text they are, also between brackets
_PLAIN = re.compile(r"(?:https?://)?[\w.][\w./~%?=&+-]*(?: [\w.]+)?")

Value = str | list[str]


class AlreadyThere(GrowthError):
    """placements.yaml has an entry of that id."""


class NotAPlacement(GrowthError):
    """An entry that cannot be one; nothing was written."""


def add_entries(workspace: Workspace, entries: Iterable[Mapping[str, Value]], *, dry_run: bool) -> str:
    """Append `entries` to placements.yaml; the difference of the file. Raises NotAPlacement, AlreadyThere, CannotInsert."""
    known = _declared(workspace)
    fresh = list(entries)
    for entry in fresh:
        if problem := refusal(workspace, entry):
            raise NotAPlacement(problem[1], fix="growth placement add --help")
        if entry["id"] in known:
            place = workspace.where("placements", None, "placements", list(known).index(str(entry["id"])), "id")
            raise AlreadyThere(
                _("placements.yaml has “{id}” already", id=entry["id"]), fix=_("choose another id, or edit the entry"), where=place
            )
    return _written(workspace, fresh, dry_run=dry_run)


def import_table(workspace: Workspace, path: Path, *, dry_run: bool) -> dict[str, Any]:
    """Add the rows of a CSV or XLSX file; each row has a verdict, a wrong one stops no other.

    What is declared is edited in YAML only: a row that says otherwise than its entry is rejected, naming the column.
    """
    known = _declared(workspace)
    entries: list[Mapping[str, Value]] = []
    verdict: dict[str, Any] = {"rows": 0, "created": 0, "updated": 0, "unchanged": 0, "rejected": []}
    seen: dict[str, Mapping[str, Value]] = {}
    for row in read_table(path, columns=COLUMNS, required=("id", "channel", "kind")):
        verdict["rows"] += 1
        entry = _of_row(row)
        problem = refusal(workspace, entry)
        id_ = str(entry.get("id", ""))
        if problem is None and id_ in known:
            problem = _difference(known[id_], entry)
        elif problem is None and id_ in seen and entry != seen[id_]:
            problem = ("id", _("another row of the file has this id and says otherwise"))
        if problem is not None:
            verdict["rejected"].append({"row": row.number, "column": problem[0], "reason": problem[1]})
        elif id_ in known or id_ in seen:
            verdict["unchanged"] += 1
        else:
            seen[id_] = entry
            entries.append(entry)
            verdict["created"] += 1
    if entries:
        _written(workspace, entries, dry_run=dry_run)
    return verdict


def refusal(workspace: Workspace, entry: Mapping[str, Value]) -> tuple[str, str] | None:
    """Column and reason why an entry cannot be one of this workspace, or None."""
    from growth.channels import declared_channels

    try:
        found = PlacementEntry.model_validate(entry)
    except ValidationError as error:
        faults = faults_of(error, dict(entry))
        problem = problems_of(faults[:1], parse(FILE, _line(entry).removeprefix("- ")), (), PlacementEntry)[0]
        column = str(faults[0].path[0]) if faults[0].path else "id"
        return column, f"{problem.message}; {problem.hint}" if problem.hint else problem.message
    channels = sorted(declared_channels(workspace))
    if found.channel not in channels:
        hint = hint_for(found.channel, channels) or f"growth new channel {found.channel}"
        return "channel", f"{_('channels.yaml has no “{name}”', name=found.channel)}; {hint}"
    return None


def _declared(workspace: Workspace) -> dict[str, PlacementEntry]:
    return {entry.id: entry for entry in workspace.one("placements", PlacementsFile).placements}


def _of_row(row: TableRow) -> dict[str, Value]:
    entry: dict[str, Value] = {key: value for key, value in row.values.items() if value}
    if (kind := entry.get("kind")) and isinstance(kind, str):
        entry["kind"] = str(KINDS.get(kind, kind))
    if keywords := entry.pop("keywords", None):
        entry["keywords"] = [word for word in re.split(r"[;；,，、]\s*", str(keywords)) if word]
    return entry


def _difference(declared: PlacementEntry, entry: Mapping[str, Value]) -> tuple[str, str] | None:
    """The first column in which a row says otherwise than the entry."""
    wanted = PlacementEntry.model_validate(entry)
    for name in entry:
        field = "from_" if name == "from" else name
        said = getattr(declared, field)
        if said != getattr(wanted, field):
            return name, _("placements.yaml says “{said}”; edit the entry there", said=said if said is not None else "")
    return None


def _written(workspace: Workspace, entries: Iterable[Mapping[str, Value]], *, dry_run: bool) -> str:
    path = workspace.path(FILE)
    source = read_source(workspace.root, path) if path.is_file() else None
    before = source.text if isinstance(source, Source) else ""
    lines = [_line(entry) for entry in entries]
    text = with_entry(FILE, before, "placements", "\n".join(lines), count=len(lines))
    draft = Draft(file=FILE, text=text, before=version_of(workspace, FILE))
    difference = judge(workspace, draft).diff
    if not dry_run:
        save(workspace, draft)
    return difference


def _line(entry: Mapping[str, Value]) -> str:
    """An entry as one writes it by hand: ``- {id: …, channel: …}``."""
    return "- {" + ", ".join(f"{key}: {_text(value)}" for key, value in entry.items()) + "}"


def _text(value: Value) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
