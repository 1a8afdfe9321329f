"""Questions and answers from a table (.xlsx, .csv), a YAML or a Markdown file of the workspace."""

from __future__ import annotations

import logging
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from growth.errors import GrowthError, Where
from growth.language import _
from growth.tables import read_table
from growth.wechat.settings import WeChatFile
from growth.workspace import Workspace

COLUMNS = {
    "question": ("question", "问题", "提问"),
    "answer": ("answer", "答案", "回答"),
    "wordings": ("wordings", "其他问法", "相似问法", "别名"),
}
#: share of two-character pieces that must agree before an answer is given
LIKENESS = 0.5
#: files that are kept as they were read
_MOST_FILES = 64

_log = logging.getLogger("growth.wechat")
#: by path: the version that was read last, and the last one that could be read
_files: dict[str, tuple[tuple[int, int], Faq]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One question, its other wordings, its answer."""

    question: str
    wordings: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Faq:
    """All entries of a file."""

    entries: tuple[Entry, ...]

    @cached_property
    def _wordings(self) -> list[tuple[set[str], Entry]]:
        return [(_pieces(wording), entry) for entry in self.entries for wording in (entry.question, *entry.wordings)]

    def questions(self) -> list[str]:
        """The questions as they are written."""
        return [entry.question for entry in self.entries]

    def find(self, text: str) -> str | None:
        """The answer whose wording is most like `text`, where one is like enough; a number picks from the list."""
        number = text.strip()
        if number.isdecimal() and len(number) <= 4 and 1 <= int(number) <= len(self.entries):
            return self.entries[int(number) - 1].answer
        asked = _pieces(text)
        best, score = None, 0.0
        for pieces, entry in self._wordings:
            likeness = _likeness(asked, pieces)
            if likeness > score:
                best, score = entry, likeness
        return best.answer if best is not None and score >= LIKENESS else None


def faqs_of(workspace: Workspace, file: WeChatFile) -> dict[str, Faq]:
    """Every FAQ that a rule names, read once a version of its file; a broken file keeps its last good version, or answers nothing."""
    return {name: _current(workspace, name) for name in {reply.faq for reply in file.replies if reply.faq}}


def _current(workspace: Workspace, name: str) -> Faq:
    try:
        path = workspace.path(name)
        facts = path.stat()
        version = facts.st_mtime_ns, facts.st_size
    except (GrowthError, OSError):
        path, version = workspace.root / name, (0, 0)
    known = _files.get(str(path))
    if known is not None and known[0] == version:
        return known[1]
    try:
        found = read_faq(path) if version != (0, 0) else Faq(())
    except GrowthError as fault:
        _log.warning("a FAQ cannot be read: %s", fault)
        found = known[1] if known else Faq(())
    while len(_files) >= _MOST_FILES:
        _files.pop(next(iter(_files)), None)
    _files[str(path)] = version, found
    return found


def read_faq(path: Path) -> Faq:
    """The entries of a file by its ending. Raises GrowthError naming file and line."""
    try:
        return _read(path)
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else _("it is not UTF-8")
        raise GrowthError(_("{file} cannot be read: {why}", file=path.name, why=why), where=Where(str(path))) from fault


def _read(path: Path) -> Faq:
    if path.suffix in (".xlsx", ".csv"):
        entries = [_row(row.values) for row in read_table(path, columns=COLUMNS, required=("question", "answer"))]
    elif path.suffix in (".yaml", ".yml"):
        entries = _from_yaml(path)
    elif path.suffix == ".md":
        entries = _from_markdown(path)
    else:
        raise GrowthError(_("{file}: a FAQ is .xlsx, .csv, .yaml or .md", file=path.name), where=Where(str(path)))
    if not entries:
        raise GrowthError(_("{file} has no question", file=path.name), fix=_("columns: question, wordings, answer"), where=Where(str(path)))
    return Faq(tuple(entries))


def _row(values: dict[str, str] | object) -> Entry:
    assert isinstance(values, dict)
    others = tuple(filter(None, re.split(r"[;；\n]", values.get("wordings", ""))))
    return Entry(question=values["question"], wordings=others, answer=values["answer"])


def _from_yaml(path: Path) -> list[Entry]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(path.read_text("utf-8-sig"))
    except MarkedYAMLError as fault:
        mark = fault.problem_mark
        raise GrowthError(
            str(fault.problem), where=Where(str(path), mark.line + 1 if mark else 1, mark.column + 1 if mark else 1)
        ) from fault
    except (YAMLError, ValueError, RecursionError) as fault:
        raise GrowthError(str(fault).splitlines()[0], where=Where(str(path))) from fault
    if not isinstance(found, list) or not all(isinstance(row, dict) and row.get("question") and row.get("answer") for row in found):
        raise GrowthError(_("{file}: a list of {{question, wordings, answer}} is expected", file=path.name), where=Where(str(path)))
    return [
        Entry(question=str(row["question"]), wordings=tuple(map(str, row.get("wordings") or ())), answer=str(row["answer"]))
        for row in found
    ]


def _from_markdown(path: Path) -> list[Entry]:
    """A heading is a question (other wordings after ``/``), the text below it the answer."""
    entries, question, lines = [], "", list[str]()
    for line in [*path.read_text("utf-8-sig").splitlines(), "# "]:
        if line.startswith("#"):
            if question and (answer := "\n".join(lines).strip()):
                first, *others = (part.strip() for part in question.split("/"))
                entries.append(Entry(question=first, wordings=tuple(others), answer=answer))
            question, lines = line.lstrip("#").strip(), []
        else:
            lines.append(line)
    return entries


def _pieces(text: str) -> set[str]:
    normal = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())
    return {normal[start : start + 2] for start in range(max(len(normal) - 1, 1))} if normal else set()


def _likeness(one: set[str], other: set[str]) -> float:
    """Dice's coefficient of two sets of character pairs."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
