"""Options that may stand anywhere on the command line."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from growth.language import LANGUAGES, _


class UnknownUse(Exception):
    """An option that works everywhere was used wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Globals:
    """What was said by the options that work everywhere."""

    workspace: Path | None = None
    lang: str | None = None
    json: bool = False
    jsonl: bool = False
    quiet: bool = False
    debug: bool = False


_current: ContextVar[Globals] = ContextVar("globals", default=Globals())  # noqa: B039 - frozen
_FLAGS = {"--json": "json", "--jsonl": "jsonl", "--quiet": "quiet", "-q": "quiet", "--debug": "debug"}
_VALUES = {"-C": "workspace", "--workspace": "workspace", "--lang": "lang"}


def current() -> Globals:
    """The options of the command that runs."""
    return _current.get()


def use_globals(chosen: Globals) -> None:
    """Set them for this command."""
    _current.set(chosen)


def split_globals(arguments: list[str]) -> tuple[Globals, list[str]]:
    """Take the options that work everywhere out of `arguments`; what follows ``--`` is left alone. Raises UnknownUse."""
    chosen = Globals()
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += ["--", *words]
            break
        name, equals, inline = word.partition("=")
        if word in _FLAGS:
            flag: dict[str, Any] = {_FLAGS[word]: True}
            chosen = replace(chosen, **flag)
        elif name in _VALUES and (equals or word == name):
            value = inline if equals else next(words, None)
            if value is None:
                raise UnknownUse(_("{0} needs a value").format(name))
            chosen = _with(chosen, name, value)
        else:
            rest.append(word)
    return chosen, rest


def _with(chosen: Globals, name: str, value: str) -> Globals:
    if _VALUES[name] == "workspace":
        return replace(chosen, workspace=Path(value))
    if value not in LANGUAGES:
        raise UnknownUse(_("--lang {value}: choose zh-CN or en", value=value))
    return replace(chosen, lang=value)
