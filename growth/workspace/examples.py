"""`growth new`: files and entries to start from, shipped as examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from growth.errors import GrowthError
from growth.language import _
from growth.workspace.document import parse
from growth.workspace.edit import with_entry
from growth.workspace.files import write_file
from growth.workspace.loading import read_workspace, usable_name
from growth.workspace.problems import WorkspaceInvalid, hint_for
from growth.workspace.reading import read_source
from growth.workspace.schemas import header
from growth.workspace.workspace import Workspace

#: the example of those who name none
BLANK: Final = "_blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKind:
    """What can be made: a file of its own (`parent` is None), or an entry below `parent` of a file."""

    name: str
    pattern: str
    parent: str | None = None
    #: whether the entry is a key of a mapping, which must be new
    keyed: bool = False
    #: whether the name is a word as people type it, blanks and all
    free: bool = False


KINDS: Final[Mapping[str, NewKind]] = {
    kind.name: kind
    for kind in (
        NewKind(name="campaign", pattern="campaigns/*.yaml"),
        NewKind(name="channel", pattern="channels.yaml", parent="channels", keyed=True),
        NewKind(name="placement", pattern="placements.yaml", parent="placements"),
        NewKind(name="activity", pattern="activities/*.yaml"),
        NewKind(name="segment", pattern="segments.yaml", parent="segments", keyed=True),
        NewKind(name="survey", pattern="surveys/*.yaml"),
        NewKind(name="reply", pattern="wechat.yaml", parent="replies"),
        NewKind(name="keyword", pattern="keywords.yaml", parent="keywords", keyed=True, free=True),
    )
}


class UnknownExample(GrowthError):
    """There is no example of that name, or nothing of that kind can be made."""


class NameTaken(GrowthError):
    """There is one of that name already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What was made, or would be: the file as it is then, and the line at which the new part begins."""

    file: str
    line: int
    text: str
    added: str


def examples(kind: str) -> tuple[str, ...]:
    """Names of the shipped examples of a kind, without the blank one."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in _folder(kind).iterdir() if entry.name != f"{BLANK}.yaml"))


def new_entry(workspace: Workspace, kind: str, name: str, *, example: str | None = None, dry_run: bool = False) -> NewEntry:
    """Write a file or an entry `name` to start from. An example of that very name is taken by itself.

    Raises UnknownExample, NameTaken, and CannotInsert where a file is written so that nothing can be put in.
    """
    made = KINDS.get(kind)
    if made is None:
        raise UnknownExample(_("nothing of the kind “{kind}” can be made", kind=kind), fix=hint_for(kind, tuple(KINDS)))
    if not (_usable_word(name) if made.free else usable_name(name)):
        raise NameTaken(_("“{name}” cannot be a name", name=name), fix=_("use letters, digits, - and _, without spaces"))
    shipped = examples(kind)
    chosen = example or (name if name in shipped else BLANK)
    if chosen != BLANK and chosen not in shipped:
        raise UnknownExample(_("there is no example “{name}” for {kind}", name=chosen, kind=kind), fix=hint_for(chosen, shipped))
    added = _filled((_folder(kind) / f"{chosen}.yaml").read_text("utf-8"), workspace, name if usable_name(name) else _quoted(name))
    entry = _new_file(workspace, made, name, added) if made.parent is None else _new_part(workspace, made, name, added)
    _require_right(workspace, entry)
    if not dry_run:
        path = workspace.path(entry.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, entry.text)
    return entry


def _require_right(workspace: Workspace, entry: NewEntry) -> None:
    """The file must be one that can be read afterwards; what it refers to may be missing yet. Raises WorkspaceInvalid."""
    problems = [
        problem for problem in read_workspace(workspace.root, drafts={entry.file: entry.text}).problems if problem.file == entry.file
    ]
    if problems:
        raise WorkspaceInvalid(problems)


def _new_file(workspace: Workspace, kind: NewKind, name: str, added: str) -> NewEntry:
    file = kind.pattern.replace("*", name)
    if workspace.path(file).exists():
        raise NameTaken(_("{file} is there already", file=file), fix=_("choose another name, or edit the file"))
    text = f"{header(_schema_name(workspace, kind), depth=1)}\n{added}"
    return NewEntry(file=file, line=1, text=text, added=text)


def _new_part(workspace: Workspace, kind: NewKind, name: str, added: str) -> NewEntry:
    assert kind.parent is not None
    path = workspace.path(kind.pattern)
    before = f"{header(_schema_name(workspace, kind))}\n"
    if path.exists():
        source = read_source(workspace.root, path)
        before = getattr(source, "text", "")
    if not kind.keyed and name in _names(before, kind.parent):
        raise NameTaken(_("“{name}” is there already", name=name), fix=_("choose another name, or edit the entry"))
    text = with_entry(kind.pattern, before, kind.parent, added, name=name if kind.keyed else None)
    return NewEntry(file=kind.pattern, line=_first_difference(before, text), text=text, added=added)


def _names(text: str, parent: str) -> Iterator[str]:
    """Ids and names of a list's entries."""
    node = parse("", text).node((parent,))
    for item in node.value() or () if node is not None else ():
        if isinstance(item, dict):
            yield from (str(item[key]) for key in ("id", "name") if key in item)


def _first_difference(before: str, after: str) -> int:
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    return next((number for number, (old, new) in enumerate(pairs, start=1) if old != new), before.count("\n") + 1)


def _usable_word(name: str) -> bool:
    """Whether `name` can be a word that people search for: one line, not blank at its ends."""
    return 0 < len(name) <= 80 and name == name.strip() and name.isprintable()


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _filled(text: str, workspace: Workspace, name: str) -> str:
    settings = workspace.settings
    values = {"@NAME@": name, "@SITE_URL@": settings.site.url, "@SIGNATURE@": settings.sms.signature or settings.site.name}
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def _schema_name(workspace: Workspace, kind: NewKind) -> str:
    return next((known.name for known in workspace.kinds.values() if known.pattern == kind.pattern), kind.name)


def _folder(kind: str) -> Traversable:
    return resources.files("templates") / "workspace" / "examples" / kind
