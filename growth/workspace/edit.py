"""Putting an entry into a YAML file of the workspace: comments, order and everything else stay as they are."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from growth.errors import GrowthError
from growth.language import _
from growth.workspace.document import Document, Node
from growth.workspace.keyboard import read_document


class CannotInsert(GrowthError):
    """The file is broken, has the entry already, or is written in a way into which nothing can be put safely."""


def with_entry(file: str, text: str, parent: str, entry: str, *, name: str | None = None, count: int = 1) -> str:
    """`text` with the block `entry` (or `count` of them) put at the end of what stands below the top-level key `parent`.

    `entry` is YAML without indentation: ``name: {…}`` for a mapping, ``- …`` for a list. With `name`, a mapping that has this key
    already is refused. Raises CannotInsert; the result is read again before it is given back.
    """
    before = read_document(file, text)
    if before.problems:
        raise CannotInsert(str(before.problems[0]), fix=_("mend the file first: growth check {file}", file=file))
    if name is not None and (below := before.node((parent,))) is not None and isinstance(below.content, dict) and name in below.content:
        place = before.where(parent, name, key=True)
        raise CannotInsert(_("“{name}” is there already", name=name), fix=_("choose another name, or edit the entry"), where=place)
    after = _put(before, text, parent, entry)
    found = read_document(file, after)
    if found.problems or _count(found, parent) != _count(before, parent) + count:
        raise CannotInsert(
            _("the entry cannot be put in by itself"),
            fix=_("put it below “{parent}” by hand:\n{entry}", parent=parent, entry=entry),
            where=before.where(parent),
        )
    return after


def _put(document: Document, text: str, parent: str, entry: str) -> str:
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    node = document.node((parent,))
    if node is None:
        gap = [""] if lines else []
        return "\n".join([*lines, *gap, f"{parent}:", *_indented(entry, 2)]) + "\n"
    key = document.where(parent, key=True)
    if node.content in (None, [], {}):
        head = lines[key.line - 1]
        colon = min((position for mark in ":：" if (position := head.find(mark)) >= 0), default=len(head))
        comment = head[head.find("#", colon) :] if "#" in head[colon:] else ""
        lines[key.line - 1 : max(node.end_line, key.line) if node.flow else key.line] = [
            f"{head[:colon]}:{'  ' + comment if comment else ''}"
        ]
        at, indent = key.line, 2
    elif node.flow:
        raise CannotInsert(
            _("“{parent}” is written in one line with brackets", parent=parent),
            fix=_("write one entry a line, then run the command again"),
            where=key,
        )
    else:
        at, indent = _last_line(node, lines), node.column - 1
    return "\n".join([*lines[:at], *_indented(entry, indent), *lines[at:]]) + "\n"


def _last_line(node: Node, lines: Sequence[str]) -> int:
    """The last line that belongs to a block; comments and blank lines behind it do not."""
    last = min(max(node.end_line - 1, node.line), len(lines))
    while last > node.line and (not lines[last - 1].strip() or _is_comment(lines[last - 1], node.column - 1)):
        last -= 1
    return last


def _is_comment(line: str, indent: int) -> bool:
    """A line that is nothing but a comment, and not the text of a block at least as deep as the entries' values."""
    stripped = line.lstrip()
    return stripped.startswith(("#", "＃")) and len(line) - len(stripped) <= indent + 2


def _indented(entry: str, indent: int) -> list[str]:
    return textwrap.indent(entry.rstrip("\n"), " " * indent).split("\n")


def _count(document: Document, parent: str) -> int:
    node = document.node((parent,))
    return len(node.content) if node is not None and isinstance(node.content, dict | list) else 0
