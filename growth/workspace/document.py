"""One YAML file as a tree of nodes with positions: YAML 1.2, and nothing of YAML that surprises.

Numbers are decimal numbers only; ``no``, ``9:30``, ``010``, ``+86138…`` and ``0x1F`` stay text. Tags, merge keys, many aliases,
duplicate keys, a second document and depth beyond `DEEPEST` are refused with their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from growth.errors import Where
from growth.language import _
from growth.workspace.fields import REFERENCE, EnvText
from growth.workspace.problems import Problem, Severity

#: how deep lists and mappings may nest
DEEPEST: Final = 40
#: how many aliases a file may have, and how many nodes they may stand for together
MOST_ALIASES: Final = 20
MOST_ALIASED_NODES: Final = 1000

_INT = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_FLOAT = re.compile(r"-?(?:0|[1-9]\d{0,17})\.\d{1,20}")
_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


#: keys and indices from the top of a file
Path = tuple[str | int, ...]


@dataclass(slots=True, eq=False)
class Node:
    """A value with its place. `content` is a scalar, a list of nodes, or a dict of key → `Entry`; `text` is a scalar as written."""

    line: int
    column: int
    content: Any
    text: str | None = None
    plain: bool = False
    flow: bool = False
    end_line: int = 0
    size: int = 1

    def value(self) -> Any:
        """The plain Python value: dict, list, str, int, float, bool or None."""
        if isinstance(self.content, dict):
            return {key: entry.node.value() for key, entry in self.content.items()}
        if isinstance(self.content, list):
            return [node.value() for node in self.content]
        return self.content

    def child(self, key: str | int) -> Node | None:
        """The node below `key` (a key or an index), or None."""
        if isinstance(self.content, dict):
            entry = self.content.get(str(key))
            return entry.node if entry else None
        if isinstance(self.content, list) and isinstance(key, int) and -len(self.content) <= key < len(self.content):
            below: Node = self.content[key]
            return below
        return None


@dataclass(slots=True, eq=False)
class Entry:
    """A key of a mapping with its place, and its value."""

    line: int
    column: int
    node: Node


@dataclass(slots=True)
class Document:
    """A file that was read. `root` is None where it is empty or cannot be parsed; then `problems` say why."""

    file: str
    text: str
    root: Node | None
    problems: list[Problem] = field(default_factory=list)

    def value(self) -> Any:
        """The whole file as plain Python values; an empty file is None."""
        return self.root.value() if self.root else None

    def node(self, path: Sequence[str | int]) -> Node | None:
        """The node at `path`, or None where nothing is written there."""
        found = self.root
        for step in path:
            found = found.child(step) if found else None
        return found

    def where(self, *path: str | int, key: bool = False) -> Where:
        """The place of the value at `path` (of its key with `key`), or of the nearest thing above it that is written."""
        place, node = Where(self.file), self.root
        if node is not None:
            place = Where(self.file, node.line, node.column)
        for position, step in enumerate(path):
            if node is None:
                break
            if isinstance(node.content, dict) and (entry := node.content.get(str(step))) is not None:
                last = position == len(path) - 1
                use_key = (last and key) or (entry.node.content is None and entry.node.text == "")
                place = Where(self.file, entry.line, entry.column) if use_key else Where(self.file, entry.node.line, entry.node.column)
                node = entry.node
            elif (below := node.child(step)) is not None:
                place, node = Where(self.file, below.line, below.column), below
            else:
                break
        return place


class _Refused(Exception):
    """The file stops being readable here."""

    def __init__(self, line: int, column: int, rule: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.line, self.column, self.rule, self.message, self.hint = line, column, rule, message, hint


def parse(file: str, text: str) -> Document:
    """Read YAML `text`; never raises for what is in it: `Document.problems` has what is wrong."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    document = Document(file=file, text=text, root=None)

    def refuse(line: int, column: int, rule: str, message: str, hint: str | None = None) -> None:
        document.problems.append(Problem(file, line, column, rule, Severity.ERROR, message, hint))

    try:
        document.root = _Composer(YAML(typ="safe", pure=True).parse(text), refuse).document()
    except _Refused as fault:
        refuse(fault.line, fault.column, fault.rule, fault.message, fault.hint)
    except MarkedYAMLError as fault:
        refuse(*_explained(fault, text))
    except YAMLError as fault:
        # a character that YAML does not allow: the reader gives an offset instead of a mark
        offset = getattr(fault, "position", 0) or 0
        before = text[:offset]
        shown = f"U+{ord(text[offset : offset + 1] or ' '):04X}"
        refuse(
            before.count("\n") + 1,
            offset - (before.rfind("\n") + 1) + 1,
            "yaml-character",
            _("the character {name} is not allowed in YAML", name=shown),
            _("delete it"),
        )
    return document


class _Composer:
    """Nodes from the parser's events, in one pass and without recursion into aliases."""

    def __init__(self, events: Iterator[Any], refuse: Any) -> None:
        self.events = events
        self.refuse = refuse
        self.anchors: dict[str, Node] = {}
        self.open: set[int] = set()
        self.aliases = 0
        self.aliased = 0

    def document(self) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in self.events:
            name = type(event).__name__
            if name == "DocumentStartEvent":
                documents += 1
                if getattr(event, "version", None) not in (None, (1, 2)):
                    raise _refused(event, "yaml-version", _("only YAML 1.2 is read"), _("delete the %YAML line"))
                if documents > 1:
                    raise _refused(
                        event,
                        "yaml-syntax",
                        _("a second document starts here; a file holds one"),
                        _("delete the line --- or make it a file of its own"),
                    )
            elif name in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent", "AliasEvent"):
                root = self.node(event, 0)
        if root is not None and root.content is None and root.plain:
            return None
        return root

    def node(self, event: Any, depth: int) -> Node:
        name = type(event).__name__
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if name == "AliasEvent":
            return self.alias(event, line, column)
        if getattr(event, "tag", None) is not None and str(event.tag) not in ("None", "!"):
            raise _refused(
                event,
                "yaml-tag",
                _("tags are not used here"),
                _("delete the word that starts with !; put text that starts with ! in quotes"),
            )
        if depth > DEEPEST:
            raise _refused(event, "yaml-depth", _("nested deeper than {n} levels", n=DEEPEST), None)
        if name == "ScalarEvent":
            node = _scalar(event, line, column)
        else:
            node = Node(line, column, {} if name == "MappingStartEvent" else [], flow=bool(event.flow_style))
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        if name == "ScalarEvent":
            return node
        self.open.add(id(node))
        end = self.mapping(node, depth) if name == "MappingStartEvent" else self.sequence(node, depth)
        self.open.discard(id(node))
        # the end mark of a block stands on the line after it
        node.end_line = max(end.end_mark.line + (1 if node.flow else 0), node.line)
        return node

    def alias(self, event: Any, line: int, column: int) -> Node:
        target = self.anchors.get(event.anchor)
        if target is None:
            raise _Refused(
                line, column, "yaml-alias", _("*{name} refers to nothing", name=event.anchor), _("put text that starts with * in quotes")
            )
        if id(target) in self.open:
            raise _Refused(line, column, "yaml-alias", _("*{name} contains itself", name=event.anchor), _("write the value out"))
        self.aliases += 1
        self.aliased += target.size
        if self.aliases > MOST_ALIASES or self.aliased > MOST_ALIASED_NODES:
            raise _Refused(line, column, "yaml-alias", _("more aliases (*name) than a file may have"), _("write the values out"))
        return target

    def sequence(self, node: Node, depth: int) -> Any:
        for event in self.events:
            if type(event).__name__ == "SequenceEndEvent":
                return event
            item = self.node(event, depth + 1)
            node.content.append(item)
            node.size += item.size
        raise AssertionError("the parser ended within a list")

    def mapping(self, node: Node, depth: int) -> Any:
        for event in self.events:
            if type(event).__name__ == "MappingEndEvent":
                return event
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            node.size += 1 + value.size
            if key.text is None or (key.content is None and key.plain and key.text == ""):
                self.refuse(key.line, key.column, "yaml-syntax", _("a key is a single word or text"), None)
                continue
            if key.text == "<<" and key.plain:
                self.refuse(key.line, key.column, "yaml-alias", _("merge keys (<<) are not part of YAML 1.2"), _("write the keys out"))
                continue
            if (earlier := node.content.get(key.text)) is not None:
                message = _("“{key}” stands here twice: it is in line {line} already", key=key.text, line=earlier.line)
                self.refuse(
                    key.line,
                    key.column,
                    "yaml-duplicate-key",
                    message,
                    _("keep one of lines {first} and {second}", first=earlier.line, second=key.line),
                )
                continue
            node.content[key.text] = Entry(key.line, key.column, value)
        raise AssertionError("the parser ended within a mapping")


def _scalar(event: Any, line: int, column: int) -> Node:
    text = str(event.value)
    plain = event.style is None or event.style == ""
    node = Node(line, column, resolved(text) if plain else text, text=text, plain=plain, end_line=event.end_mark.line + 1)
    if isinstance(node.content, str) and "${" in text and REFERENCE.search(text):
        node.content = EnvText(text)
    return node


def resolved(text: str) -> Any:
    """The value of a plain (unquoted) scalar: null, true, false, a decimal number, else the text as it stands."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _refused(event: Any, rule: str, message: str, hint: str | None) -> _Refused:
    return _Refused(event.start_mark.line + 1, event.start_mark.column + 1, rule, message, hint)


#: ``name:text``, a colon without a space after it
_GLUED = re.compile(r"\s*(?:- )?([^\s:#\"'\[{]+):[^\s/]")


def _explained(fault: Any, text: str) -> tuple[int, int, str, str, str | None]:
    """The parser's complaint as place, rule, message and hint that a marketer can act on."""
    problem = fault.problem or ""
    mark, opened = fault.problem_mark or fault.context_mark, fault.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")

    def at(number: int) -> str:
        return lines[number - 1] if 0 < number <= len(lines) else ""

    if "unexpected end of stream" in problem and opened is not None:
        message = _("a quote is opened here and never closed")
        return opened.line + 1, opened.column + 1, "yaml-syntax", message, _("end the text with the quote that it starts with: \" or '")
    if ("',' or ']'" in problem or "',' or '}'" in problem) and opened is not None:
        opening = at(opened.line + 1)[opened.column : opened.column + 1] or "["
        closing = "]" if opening == "[" else "}"
        message = _("{opening} is opened here and not closed, or a comma is missing", opening=opening)
        return opened.line + 1, opened.column + 1, "yaml-syntax", message, _("separate by , and end with {closing}", closing=closing)
    for number in (line, line - 1):
        if (glued := _GLUED.match(at(number))) and ("mapping values" in problem or "':'" in problem):
            message = _("“{key}:” has no space after the colon", key=glued[1])
            return number, glued.end(1) + 1, "yaml-syntax", message, _("write {key}: and a space", key=glued[1])
    if "mapping values are not allowed" in problem:
        hint = _("put text that contains “: ” in quotes; indent keys of one level alike")
        return line, column, "yaml-syntax", _("a second “: ” in one line, or a wrong indentation"), hint
    if "':'" in problem:
        number = opened.line + 1 if opened is not None else line
        hint = _("write key: value, with a space after the colon")
        return number, 1, "yaml-syntax", _("a line that is neither a key with a value nor an entry of a list"), hint
    if "<block end>" in problem or "<document start>" in problem:
        return line, column, "yaml-syntax", _("wrong indentation"), _("indent the keys of one level by the same number of spaces")
    if "cannot start any token" in problem:
        character = at(line)[column - 1 : column] or "?"
        return line, column, "yaml-syntax", _("a value may not start with {character}", character=character), _("put the text in quotes")
    hint = _("look at this line and the one before it: indentation, quotes, colons")
    return line, column, "yaml-syntax", _("this is not YAML: {problem}", problem=problem or str(fault)), hint
