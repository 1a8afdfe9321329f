"""Judge a command line without running it: are these words, arguments and options known?"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import typer
from typer._click.exceptions import UsageError

from growth.app import discover
from growth.cli.globals import UnknownUse, split_globals
from growth.cli.words import program
from growth.language import speaking


def commands_in(text: str) -> Iterator[str]:
    """The single commands of a console block: continued lines joined; prompts, comments, ``&&`` and what is piped onwards taken away."""
    joined = text.replace("\\\n", " ")
    for line in joined.splitlines():
        line = line.strip().removeprefix("$ ")
        if not line or line.startswith("#"):
            continue
        yield from _parts(line)


def _parts(line: str) -> Iterator[str]:
    lexer = shlex.shlex(line, posix=False, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = "#"
    part: list[str] = []
    for token in lexer:
        if token in ("&&", ";", "||", "|"):
            yield " ".join(part)
            part = []
        else:
            part.append(token)
    if part:
        yield " ".join(part)


def growth_words(command: str) -> list[str] | None:
    """The words behind ``growth``, redirections left out; None where another program is called."""
    words = shlex.split(command)
    while words and "=" in words[0] and words[0].partition("=")[0].isidentifier():
        words.pop(0)
    if not words or words[0].rpartition("/")[2] != "growth":
        return None
    kept: list[str] = []
    skip = False
    for word in words[1:]:
        if skip:
            skip = False
        elif word in (">", "<", ">>", "2>"):
            skip = True
        else:
            kept.append(word)
    return kept


def fault(words: list[str]) -> str | None:
    """What the command line would say against `words` before it did anything, or None."""
    with speaking("en"):
        try:
            _chosen, rest = split_globals(words)
        except UnknownUse as wrong:
            return str(wrong)
        command, context, path = _root(), None, "growth"
        while True:
            if rest and rest[-1] in ("--help", "-h"):
                return None if len(rest) == 1 or _descend(command, context, rest[:-1]) else f"no such command: {' '.join(rest)}"
            if rest == ["--version"] and path == "growth":
                return None
            try:
                context = command.make_context(path, list(rest), parent=context)
            except UsageError as wrong:
                return f"{path}: {wrong.message}"
            if not hasattr(command, "commands") and not hasattr(command, "words"):
                return None
            rest = [*getattr(context, "_protected_args", []), *context.args]
            if not rest:
                return None if getattr(command, "invoke_without_command", False) else f"{path}: a command is missing"
            below = command.get_command(context, rest[0])
            if below is None:
                return f"{path}: no such command “{rest[0]}”"
            path, rest, command = f"{path} {rest[0]}", rest[1:], below


def _descend(command: Any, context: Any, words: list[str]) -> bool:
    for word in words:
        if not hasattr(command, "get_command"):
            return False
        command = command.get_command(context, word)
        if command is None:
            return False
    return True


@lru_cache
def _root() -> Any:
    return typer.main.get_command(program())


def words_of_the_program() -> list[str]:
    """The top-level words, none of them imported."""
    return [command.name for app in discover() for command in app.commands]


def commands_of(word: str) -> Iterator[tuple[str, Any]]:
    """Every command below a word that does something, by its words, and its parsed form."""
    root = _root()
    context = root.make_context("growth", [], resilient_parsing=True)
    yield from _below(word, root.get_command(context, word))


def _below(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    commands = getattr(command, "commands", None)
    if commands is None or getattr(command, "invoke_without_command", False):
        yield path, command
    for name, sub in (commands or {}).items():
        yield from _below(f"{path} {name}", sub)
