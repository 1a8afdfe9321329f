"""The process in which people's templates are rendered: a small Python with nothing to steal and little to eat.

Started by `growth.rendering.limits` as ``python -m growth.rendering.child``; reads requests from stdin, answers on stdout.
Its environment holds no secrets, its address space may grow by `MEMORY_BYTES` only, and it writes no files.
A request is a pickle made by the parent; an answer is JSON, so that nothing of a template is ever unpickled. A rendered text is a list of
pieces: the long ones of the template itself are told once, when it is loaded, and are numbers from then on.
"""

from __future__ import annotations

import json
import pickle
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Template

from growth.errors import GrowthError, Where
from growth.language import _, use_language
from growth.rendering.broken import TemplateBroken, TemplateTooHeavy, UnknownTemplate, VariableMissing, broken
from growth.rendering.environment import make_environment, shown_names
from growth.rendering.source import Source
from growth.rendering.woven import long_constants

#: what rendering may take beyond the process itself
MEMORY_BYTES = 256 * 1024 * 1024
#: what one rendered text may hold
OUTPUT_BYTES = 1024 * 1024
LENGTH = struct.Struct(">I")
#: the errors that travel, by name
ERRORS: dict[str, type[GrowthError]] = {
    kind.__name__: kind for kind in (TemplateBroken, TemplateTooHeavy, UnknownTemplate, VariableMissing)
}


def main() -> None:
    """Answer requests until stdin ends."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    _limit_memory()
    loaded: dict[int, dict[str, Loaded]] = {}
    while (raw := read_message(stdin)) is not None:
        request = pickle.loads(raw)  # noqa: S301  (from our own parent only)
        if request["do"] == "load":
            try:
                texts = _load(request)
                loaded = {request["key"]: texts}
                write_message(stdout, _told({"ok": {part: one.long for part, one in texts.items()}}))
            except GrowthError as fault:
                write_message(stdout, _error(fault))
            continue
        for variables in request["rows"]:
            write_message(stdout, _row(loaded[request["key"]], variables))


class Loaded:
    """One compiled text with what is needed to place its errors, and its long pieces: number and bytes of each by its identity."""

    __slots__ = ("long", "names", "numbers", "source", "template")

    def __init__(self, source: Source, template: Template, names: dict[str, str], long: tuple[str, ...]) -> None:
        self.source, self.template, self.names, self.long = source, template, names, long
        self.numbers = {id(text): (number, _size(text)) for number, text in enumerate(long)}


def _load(request: dict[str, Any]) -> dict[str, Loaded]:
    folders = tuple(Path(folder) for folder in request["folders"])
    use_language(request["language"])
    texts: dict[str, Loaded] = {}
    for part, source in request["sources"].items():
        environment = make_environment(folders, ZoneInfo(request["zone"]), html=source.html, user=True)
        names = shown_names(environment) | {source.name: source.name}
        try:
            code = environment.compile(source.text, source.name, source.name)
            template = Template.from_code(environment, code, environment.make_globals(None))
        except Exception as fault:
            raise broken(fault, name=source.name, shown=names, first_line=source.first_line) from fault
        texts[part] = Loaded(source, template, names, tuple(long_constants(code)))
    return texts


def _row(texts: dict[str, Loaded], variables: dict[str, object]) -> bytes:
    done: dict[str, list[str | int]] = {}
    for part, one in texts.items():
        try:
            done[part] = _bounded(one, variables)
        except GrowthError as fault:
            return _error(fault)
        except Exception as fault:  # noqa: BLE001  (whatever a template does is its author's to mend)
            return _error(broken(fault, name=one.source.name, shown=one.names, first_line=one.source.first_line))
    return _told({"ok": done})


def _told(document: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(document)
    except UnicodeEncodeError:  # half a character from somebody's data
        return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _bounded(one: Loaded, variables: dict[str, object]) -> list[str | int]:
    """The rendered text in pieces, given up as soon as it is longer than allowed."""
    pieces: list[str | int] = []
    own: list[str] = []
    size = 0
    for part in one.template.generate(variables):
        known = one.numbers.get(id(part))
        if known is None:
            size += _size(part)
            own.append(part)
        else:
            size += known[1]
            pieces += ("".join(own), known[0])
            own = []
        if size > OUTPUT_BYTES:
            where = Where(one.source.name, one.source.first_line)
            raise TemplateTooHeavy(_("the text is longer than 1 MB"), fix=_("make its loops smaller"), where=where)
    return [*pieces, "".join(own)]


def _error(fault: GrowthError) -> bytes:
    where = [fault.where.file, fault.where.line, fault.where.column] if fault.where else None
    document = {"error": type(fault).__name__, "message": fault.message, "fix": fault.fix, "where": where}
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _limit_memory() -> None:
    """Address space: what the process has now and `MEMORY_BYTES` more; no files written.

    Where the system knows no such limits, the parent's clock and the output's limit are left.
    """
    try:
        import resource
    except ImportError:
        return
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_message(stream: BinaryIO) -> bytes | None:
    """One length-prefixed message, or None at the end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    body = stream.read(LENGTH.unpack(head)[0])
    return body or None


def write_message(stream: BinaryIO, body: bytes) -> None:
    """One length-prefixed message, sent at once."""
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    main()
