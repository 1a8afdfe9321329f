"""What a Chinese keyboard and Notepad do to YAML, read where it is unambiguous, else refused with the character to type.

Read: ``：`` behind a key, ``“…”`` around a whole value, ``，`` between entries of ``[ ]`` and ``{ }`` that cannot be text, ``－`` before an
entry, ``＃`` before a comment, full-width and no-break spaces where spaces separate. Refused: tabs, quotes of two kinds around one text,
``，`` in a list of Chinese words (one text, or two?). Text itself (quoted, in a block, behind a key) stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from growth.language import _
from growth.workspace.brackets import NEAR, WORD, separates_entries, separates_keys
from growth.workspace.document import Document, Node, parse
from growth.workspace.problems import Problem
from growth.workspace.transcript import SPACES, Transcript

_SUSPICIOUS = re.compile("[\t：，“”‘’－＃\u3000\u00a0\u2002\u2003]")
_BLOCK = re.compile(r"[|>][0-9+-]*\s*(#.*)?$")
_PLAIN_KEY = re.compile(r"""(?P<key>[^\s:：#,\[\]{}"'“‘&*!|>%@`-][^:：#\n"“”]*+)(?P<colon>：|:(?=[\s\u3000\u00a0]|$))""")
_QUOTED_KEY = re.compile(
    r"""(?:(?P<key>"(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+')|(?P<wide>[“‘])(?P<words>[^"'“”‘’]*)[”’])"""
    r"""[ \u3000]*(?P<colon>：|:(?=[\s\u3000\u00a0]|$))"""
)
#: a text in full-width quotes, and a key with a full-width colon, within brackets
_FLOW_QUOTED = re.compile(r"[“‘]([^“”‘’]*+)[”’](?=[\s\u3000]*(?:[,，:：\]}#]|$))")
_FLOW_WIDE_KEY = re.compile(r"([^\s,，:：\[\]{}]++)([\s\u3000]*+)：")
#: longer lines are refused where the keyboard is looked at: nobody types them
_LONGEST_LINE: Final = 10_000


def read_document(file: str, text: str) -> Document:
    """`text` of `file` as a tree with the places of the text as it was typed."""
    if not _SUSPICIOUS.search(text):
        return parse(file, text)
    typed = _Typed(file)
    repaired = "\n".join(typed.line(line) for line in text.split("\n"))
    document = parse(file, repaired)
    document.text = text
    if document.root is not None:
        _put_back(document.root, typed, set())
    syntax = [] if typed.problems else document.problems
    others = [problem for problem in document.problems if problem.rule != "yaml-syntax"] if typed.problems else syntax
    document.problems = typed.problems + [_at_typed(problem, typed) for problem in others]
    return document


def _at_typed(problem: Problem, typed: _Typed) -> Problem:
    column = typed.column(problem.line, problem.column)
    return Problem(problem.file, problem.line, column, problem.rule, problem.severity, problem.message, problem.hint)


def _put_back(node: Node, typed: _Typed, seen: set[int]) -> None:
    """Columns of the repaired text → columns of the typed one; a node behind an alias once only."""
    if id(node) in seen:
        return
    seen.add(id(node))
    node.column = typed.column(node.line, node.column)
    if isinstance(node.content, dict):
        for entry in node.content.values():
            entry.column = typed.column(entry.line, entry.column)
            _put_back(entry.node, typed, seen)
    elif isinstance(node.content, list):
        for item in node.content:
            _put_back(item, typed, seen)


@dataclass(slots=True)
class _Typed(Transcript):
    """The lines of a file, one after the other; what stays open from line to line is its state."""

    #: lines deeper than this belong to a block of text; None outside
    block: int | None = None
    #: the quote that is open, or None
    quote: str | None = None
    #: brackets that are open
    brackets: list[str] = field(default_factory=list)
    #: indent of the last key, and whether a value stood behind it: deeper lines go on with that text
    key_indent: int = -1
    key_filled: bool = False
    #: indents of the mappings that are open
    levels: list[int] = field(default_factory=list)
    #: what may begin next within brackets: an ``entry``, a ``value`` behind a colon, a ``colon`` behind quotes, or nothing
    awaited: str = ""

    # --- one line

    def line(self, text: str) -> str:
        """The line as YAML wants it."""
        self.number += 1
        self.out, self.width = [], 0
        indent = len(text) - len(text.lstrip(" "))
        if self.block is not None:
            if not text.strip() or indent > self.block:
                return self.block_line(text, indent)
            self.block = None
        if len(text) > _LONGEST_LINE:
            hint = _("break it into lines, or write long text as a block: key: |")
            self.refuse(0, "yaml-syntax", _("the line is longer than {n} characters", n=_LONGEST_LINE), hint)
            return ""
        if self.quote is not None:
            self.flow(text, self.quoted(text, 0))
        elif self.brackets:
            self.flow(text, self.spaces(text, 0))
        else:
            self.structure(text)
        return "".join(self.out)

    def block_line(self, text: str, indent: int) -> str:
        rest = text[indent:]
        if rest.startswith("\t") and rest.strip() and indent <= (self.block or 0):
            self.tab(indent)
        return text

    def structure(self, text: str) -> None:
        """A line outside quotes, brackets and blocks: indentation, dashes, a key, the beginning of a value."""
        position = self.indentation(text)
        if position >= len(text):
            return
        if text[position] in "#＃":
            self.emit("#" + text[position + 1 :], len(text) - position)
            return
        after_dash = False
        while (dash := re.match(r"[-－](?=[\s\u3000\u00a0]|$)", text[position:])) is not None:
            self.key_indent, self.key_filled, after_dash = self.width, False, True
            self.emit("-", 1)
            position = self.spaces(text, position + dash.end())
        indent = self.width
        found = self.key(text, position, after_dash)
        if found is None:
            if not after_dash and self.key_filled and indent > self.key_indent:
                self.plain(text, position)  # goes on with the text of the line before
                return
            self.value(text, position, self.key_indent if after_dash else indent - 1)
            return
        self.key_indent = indent
        self.levels = [level for level in self.levels if level < indent] + [indent]
        position = self.spaces(text, found)
        rest = text[position:]
        self.key_filled = bool(rest) and not rest.startswith(("#", "&"))
        self.value(text, position, indent)

    def indentation(self, text: str) -> int:
        position = 0
        while position < len(text) and (text[position] in SPACES or text[position] in " \t"):
            character = text[position]
            if character == "\t" and text.strip():
                self.tab(position)
            self.emit(" " * SPACES.get(character, 1), 1)
            position += 1
        return position

    def key(self, text: str, position: int, after_dash: bool) -> int | None:
        """Put out the key at `position` with its colon; where the value may begin, or None where there is no key."""
        quoted = _QUOTED_KEY.match(text[position:])
        match = quoted or _PLAIN_KEY.match(text[position:])
        if match is None:
            return None
        end = position + match.end()
        wide = match["colon"] == "："
        if wide and not quoted and not self.is_key(match["key"].rstrip(" \u3000"), position + match.start("colon"), text[end:], after_dash):
            return None
        if quoted and quoted["wide"]:
            body = quoted.end("words") + 1
            self.emit("'" + quoted["words"].replace("'", "''") + "'", body)
        elif quoted:
            body = quoted.end("key")
            self.emit(quoted["key"], body)
        else:
            body = len(match["key"].rstrip(" \u3000"))
            self.emit(match["key"][:body], body)
        self.emit(" " * (match.start("colon") - body), match.start("colon") - body)
        self.emit(": " if wide and end < len(text) and text[end] not in " \u3000\u00a0\t" else ":", 1)
        return end

    def is_key(self, key: str, position: int, rest: str, after_dash: bool) -> bool:
        """Whether the full-width colon behind `key` ends a key: a word of ours always does, Chinese words where no text is meant."""
        if rest.startswith("//") or (not after_dash and self.key_filled and self.width > self.key_indent):
            return False
        if WORD.fullmatch(key):
            return True
        if after_dash:
            return False
        if self.width == 0 or self.width in self.levels or rest.strip(" \u3000")[:1] in ("", "#", "{", "[", '"', "“"):
            return True
        hint = _('type “: ” behind a key; put a text that contains “：” in "quotes"')
        self.refuse(position, "yaml-character", _("“：” may stand behind a key or be part of the text"), hint)
        return True

    def value(self, text: str, position: int, indent: int) -> None:
        """The beginning of a value; the rest of the line with it."""
        rest = text[position:]
        while (mark := re.match(r"[&!][^\s,\[\]{}]*[ ]+", rest)) is not None:
            self.emit(mark[0], mark.end())
            position += mark.end()
            rest = text[position:]
        if _BLOCK.match(rest):
            self.block = indent
            self.emit(rest, len(rest))
        elif rest[:1] in ("[", "{"):
            self.flow(text, position)
        elif rest[:1] in ('"', "'"):
            if not self.mixed(text, position):
                self.emit(rest[0], 1)
                self.quote, self.awaited = rest[0], ""
                self.flow(text, self.quoted(text, position + 1))
        elif rest[:1] in ("“", "‘"):
            self.wide_quotes(text, position)
        else:
            self.plain(text, position)

    def plain(self, text: str, position: int) -> None:
        """An unquoted text up to the end of the line or its comment."""
        comment = re.search("(?:^|(?<=[\\s\u3000\u00a0]))#", text[position:])
        end = position + comment.start() if comment else len(text)
        body = text[position:end].rstrip(" \t\u3000\u00a0\u2002\u2003")
        if "\t" in body:
            self.tab(position + body.index("\t"))
        self.emit(body.replace("\t", " "), len(body))
        self.emit(" " * (end - position - len(body)), end - position - len(body))
        self.emit(text[end:], len(text) - end)

    # --- quotes

    def quoted(self, text: str, position: int) -> int:
        """The rest of a quoted text on this line, as it stands; after its closing quote, or the end of the line."""
        assert self.quote is not None
        start = position
        while position < len(text):
            character = text[position]
            if self.quote == '"' and character == "\\":
                position += 2
                continue
            position += 1
            if character == self.quote:
                if self.quote == "'" and text[position : position + 1] == "'":
                    position += 1
                    continue
                self.quote = None
                break
        position = min(position, len(text))
        self.emit(text[start:position], position - start)
        return position

    def mixed(self, text: str, position: int) -> bool:
        """Refuse a text that opens with a plain quote and ends the line with a full-width one."""
        quote, rest = text[position], re.sub(r"\s+#.*$", "", text[position + 1 :]).rstrip()
        if quote in rest or rest[-1:] not in ("”", "“", "’", "‘"):
            return False
        wrong = rest[-1]
        if wrong in "”’" and rest.count(wrong) <= rest.count("“" if wrong == "”" else "‘"):
            return False  # a quotation in a text that goes on in the next line
        message = _("the text opens with {open} and ends with the full-width {close}", open=quote, close=wrong)
        self.refuse(position + len(rest), "yaml-character", message, _("type {character}", character=quote))
        self.emit("''", len(text) - position)
        return True

    def wide_quotes(self, text: str, position: int) -> None:
        """A value that begins with a full-width quote: all of it quoted, text that merely begins so, or quotes of two kinds."""
        opening = text[position]
        closing = "”" if opening == "“" else "’"
        comment = re.search("[\\s\u3000\u00a0]+(#.*)?$", text[position:])
        end = position + comment.start() if comment else len(text)
        body = text[position:end]
        inner = body[1:-1]
        if len(body) > 1 and body[-1] in (closing, opening) and not any(character in inner for character in "“”‘’"):
            quoted = "'" + inner.replace("'", "''") + "'"
            self.emit(quoted, len(body))
            self.plain(text, end)
        elif len(body) > 1 and body[-1] in "\"'" and not any(character in inner for character in "“”\"'"):
            message = _("the text opens with the full-width {open} and ends with {close}", open=opening, close=body[-1])
            self.refuse(position, "yaml-character", message, _("type {character}", character=body[-1]))
            self.emit("''", len(text) - position)
        else:
            self.plain(text, position)

    # --- within brackets

    def flow(self, text: str, position: int) -> None:
        """The rest of a line behind quotes or within brackets."""
        while position < len(text):
            character = text[position]
            if character in "[{":
                self.brackets.append(character)
                self.emit(character, 1)
                position, self.awaited = position + 1, "entry"
            elif character in "]}":
                if self.brackets:
                    self.brackets.pop()
                self.emit(character, 1)
                position, self.awaited = position + 1, ""
            elif character == "#" and (position == 0 or text[position - 1] in " \t\u3000"):
                self.emit(text[position:], len(text) - position)
                return
            elif character in "\"'" and self.awaited in ("entry", "value"):
                self.emit(character, 1)
                self.quote, self.awaited = character, "colon"
                position = self.quoted(text, position + 1)
            elif not self.brackets:
                self.plain(text, position)
                return
            else:
                position = self.flow_text(text, position)

    def flow_text(self, text: str, position: int) -> int:
        """One step within brackets: separators of both widths, keys, words. Returns where the next one begins."""
        character = text[position]
        if character in SPACES or character in " \t":
            return self.spaces(text, position)
        if character == "，":
            return self.comma(text, position)
        if character == ",":
            return self.mark(",", position, "entry")
        if character == ":" and text[position + 1 : position + 2] in (" ", "\u3000", ""):
            return self.mark(":", position, "value")
        if character == "：" and self.awaited == "colon":
            return self.mark(": ", position, "value")
        if self.awaited in ("entry", "value") and (quoted := _FLOW_QUOTED.match(text, position)):
            self.emit("'" + quoted[1].replace("'", "''") + "'", quoted.end() - position)
            self.awaited = "colon"
            return quoted.end()
        if self.awaited == "entry" and self.brackets[-1] == "{" and (key := _FLOW_WIDE_KEY.match(text, position)):
            self.emit(key[1] + " " * len(key[2]), len(key[1]) + len(key[2]))
            return self.mark(":" if text[key.end() : key.end() + 1] in (" ", "") else ": ", key.end() - 1, "value")
        return self.mark(character, position, "")

    def mark(self, text: str, position: int, awaited: str) -> int:
        """Put out `text` for one typed character and say what may begin behind it."""
        self.emit(text, 1)
        self.awaited = awaited
        return position + 1

    def comma(self, text: str, position: int) -> int:
        """A full-width comma within brackets: a separator, part of a text, or a question."""
        rest = text[position + 1 : position + NEAR]
        separates = separates_keys(rest) if self.brackets[-1] == "{" else separates_entries(text[max(position - NEAR, 0) : position], rest)
        if separates is None:
            hint = _('type , between two entries; put a text that contains “，” in "quotes"')
            self.refuse(position, "yaml-character", _("“，” between brackets may separate or be part of the text"), hint)
        if separates is False:
            return self.mark("，", position, "")
        return self.mark("," if rest[:1] in (" ", "") else ", ", position, "entry")
