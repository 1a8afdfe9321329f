"""A text that is put out anew line by line, and how to get back from its columns to those that were typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from growth.language import _
from growth.workspace.problems import Problem, Severity

#: spaces that are not the one of YAML, and how wide they look
SPACES: Final = {"\u3000": 2, "\u00a0": 1, "\u2002": 1, "\u2003": 2}


@dataclass(slots=True)
class Transcript:
    """The line that is being put out, the problems so far, and by how much columns have moved."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    #: the line, from 1
    number: int = 0
    #: what was put out of it, and how long that is
    out: list[str] = field(default_factory=list)
    width: int = 0
    #: by line: (column of the repaired text, how many characters were put in before it)
    shifts: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def emit(self, text: str, typed: int) -> None:
        """Put out `text` for `typed` typed characters."""
        self.out.append(text)
        self.width += len(text)
        if len(text) != typed:
            shifts = self.shifts.setdefault(self.number, [])
            before = shifts[-1][1] if shifts else 0
            shifts.append((self.width, before + len(text) - typed))

    def column(self, line: int, column: int) -> int:
        """The typed column (from 1) of a column of the repaired text."""
        moved = 0
        for start, by in self.shifts.get(line, ()):
            if column - 1 >= start:
                moved = by
        return max(column - moved, 1)

    def refuse(self, column: int, rule: str, message: str, hint: str) -> None:
        """A problem at a typed column (from 0) of this line."""
        self.problems.append(Problem(self.file, self.number, column + 1, rule, Severity.ERROR, message, hint))

    def spaces(self, text: str, position: int) -> int:
        """Separating spaces of every kind become plain ones."""
        while position < len(text) and (text[position] in SPACES or text[position] in " \t"):
            if text[position] == "\t" and text[position:].strip() and not text[position:].lstrip().startswith("#"):
                self.tab(position)
            self.emit(" ", 1)
            position += 1
        return position

    def tab(self, position: int) -> None:
        """Refuse a tab, one a line."""
        if not any(problem.line == self.number for problem in self.problems):
            self.refuse(position, "yaml-tab", _("a tab stands here"), _("type spaces instead"))
