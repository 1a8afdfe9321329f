"""From a file of the workspace to text: size, place, encoding, line ends."""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from growth.language import _
from growth.workspace.problems import Problem, Severity

#: larger files are tables, not settings
LARGEST: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """What was read: the text with plain line ends, and the bytes it came from (for the workspace's hash)."""

    file: str
    text: str
    data: bytes


def read_source(root: Path, path: Path) -> Source | Problem:
    """The text of `path`, or the problem that keeps it from being read. UTF-8, UTF-16 with a BOM and GB18030 are told apart."""
    file = relative_name(root, path)

    def refused(rule: str, message: str, hint: str | None = None) -> Problem:
        return Problem(file, 1, 1, rule, Severity.ERROR, message, hint)

    if not inside(root, path):
        return refused("file-outside", _("the file is a link that leads out of the workspace"), _("put the file itself here"))
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except IsADirectoryError:
        return refused("file-unreadable", _("this is a folder, a file is expected"))
    except OSError as fault:
        return refused(
            "file-unreadable", _("the file cannot be read: {why}", why=fault.strerror or str(fault)), _("look at its owner and rights")
        )
    if len(data) > LARGEST:
        return refused(
            "file-size", _("the file is larger than {n} MB", n=LARGEST // 1024 // 1024), _("import large tables instead: growth --help")
        )
    text = decoded(data)
    if text is None:
        return refused("file-encoding", _("the file is neither UTF-8 nor GB18030 text"), _("save it as UTF-8"))
    return Source(file, text.replace("\r\n", "\n").replace("\r", "\n"), data)


def source_of(file: str, text: str) -> Source:
    """A text that is not in a file yet, as if it were read from `file`."""
    return Source(file, text.replace("\r\n", "\n").replace("\r", "\n"), text.encode("utf-8", "replace"))


def decoded(data: bytes) -> str | None:
    """`data` as text: UTF-8 (with or without BOM), UTF-16 with BOM, else GB18030; None where it is none of them."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def inside(root: Path, path: Path) -> bool:
    """Whether `path`, all links followed, lies in `root`."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def relative_name(root: Path, path: Path) -> str:
    """`path` as the workspace calls it: relative, with forward slashes."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
