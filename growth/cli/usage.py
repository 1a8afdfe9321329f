"""What Typer says by itself, in the language in force: the headings of a help page, and what was wrong with a command line.

Typer's own texts are English; its formatter is the hook for a help page, and its errors carry what is needed to word them again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from typer._click.formatting import HelpFormatter

from growth.language import _, language
from growth.text import cells

#: a place where a line may be broken: after a space, or beside a Chinese character that no closing mark follows
_PIECES = re.compile(
    r"\S*?(?:\s+|$|(?<=[\u3000-\u9fff\uff00-\uffef])(?![、。，．；：？）】》”’…])|(?=[\u4e00-\u9fff（【《“‘])(?<![（【《“‘\[]))"
)
_RANGE = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}


class HouseFormatter(HelpFormatter):
    """Typer's help page with our words, its lines broken by the columns they take (a Chinese character takes two)."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that shows how the command is called."""
        super().write_usage(prog, args, _("Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """A heading; Typer's own three in the language in force."""
        ours = {"Options": _("Options"), "Arguments": _("Arguments"), "Commands": _("Commands")}
        self.write(f"{'':>{self.current_indent}}{ours.get(heading, heading)}{'：' if language() == 'zh-CN' else ':'}\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, wrapped."""
        indent = " " * self.current_indent
        paragraphs = [" ".join(block.split()) for block in re.split(r"\n\s*\n", text)]
        self.write(
            "\n\n".join("\n".join(indent + line for line in wrapped(block, self.width - len(indent))) for block in paragraphs) + "\n"
        )

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Two columns: options, arguments or commands, and what each is for."""
        first = min(max((cells(name) for name, _help in rows), default=0), col_max) + col_spacing
        margin = " " * self.current_indent
        for name, said in rows:
            lines = wrapped(_ours(said), max(self.width - first - len(margin), 10)) or [""]
            fits = cells(name) <= first - col_spacing
            self.write(f"{margin}{name}{' ' * (first - cells(name))}{lines.pop(0)}".rstrip() + "\n" if fits else f"{margin}{name}\n")
            self.write("".join(f"{margin}{'':>{first}}{line}\n" for line in lines if line))


def speak(command: Any) -> None:
    """The help of a command and of all below it in the language in force; where it is listed, its first sentence whole.

    A command's help is its function's docstring: the catalogues hold it as it stands there (``tools/catalogues.py``).
    """
    if command.help:
        command.help = _(command.help).replace("： ", "：")
        command.short_help = command.short_help or _first_sentence(command.help)
    for below in getattr(command, "commands", {}).values():
        speak(below)


def _first_sentence(said: str) -> str:
    paragraph = " ".join(re.split(r"\n\s*\n", said.strip())[0].split())
    return re.split(r"(?<=。)|(?<=[.?]) (?=[A-Z])", paragraph)[0].removesuffix("。").removesuffix(".")


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in lines of at most `columns` columns of a terminal; a word that is longer stands alone."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and cells((line + piece).rstrip()) > columns:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> Iterator[str]:
    return (found[0] for found in _PIECES.finditer(text) if found[0])


def _ours(said: str) -> str:
    """A line of help with Typer's own words put into the language in force."""
    if said == "Show this message and exit.":
        return _("Show this help.")
    said = re.sub(r"\[required\]$|; required\]$", lambda found: found[0].replace("required", _("required")), said)
    return re.sub(r"\[default: ", lambda found: "[" + _("default: "), said)


def usage_words(fault: Any) -> str:
    """What was wrong with a command line, in the language in force; one of Typer's usage errors."""
    match type(fault).__name__:
        case "MissingParameter":
            return _("“{key}” is missing", key=_hint(fault) or "?")
        case "NoSuchOption":
            close = sorted(fault.possibilities or ())
            if close:
                return _("no such option: {name}; did you mean {word}?", name=fault.option_name, word=close[0])
            return _("no such option: {name}", name=fault.option_name)
        case "BadParameter":
            why = _why(fault)
            return _("{name}: {why}", name=name, why=why) if (name := _hint(fault)) else why
    for pattern, words in _patterns():
        if found := re.fullmatch(pattern, str(fault.message)):
            return words.format(*found.groups())
    return str(fault.format_message())


def _patterns() -> tuple[tuple[str, str], ...]:
    """Typer's other sentences, and ours; `{0}` is what the pattern caught."""
    return (
        (r"No such command '(.*)'\.", _("no such command: {0}")),
        (r"Missing command\.", _("a command is missing")),
        (r"Option '(.*)' does not take a value\.", _("{0} takes no value")),
        (r"Option '(.*)' requires an argument\.", _("{0} needs a value")),
        (r"Got unexpected extra argument\(s\) \((.*)\)", _("too many words: {0}")),
    )


def _hint(fault: Any) -> str:
    hint = fault.param_hint if fault.param_hint is not None else fault.param.get_error_hint() if fault.param is not None else ""
    return str(hint if isinstance(hint, str) else " / ".join(hint)).replace("'", "")


def _why(fault: Any) -> str:
    """Why a value was refused: by pydantic's kind of error where it has one, else as Typer says it."""
    cause = fault.__cause__
    if cause is None or not hasattr(cause, "errors"):
        return str(fault.message)
    error = cause.errors()[0]
    if error["type"] in _RANGE:
        bounds = {"ge": _("at least {n}"), "gt": _("more than {n}"), "le": _("at most {n}"), "lt": _("less than {n}")}
        key = _RANGE[error["type"]]
        return bounds[key].format(n=error["ctx"][key])
    wanted = {
        "int_parsing": _("a whole number"),
        "float_parsing": _("a number"),
        "decimal_parsing": _("a number"),
        "bool_parsing": _("true or false"),
        "date_parsing": _("a date such as 2026-11-01"),
        "date_from_datetime_parsing": _("a date such as 2026-11-01"),
        "datetime_parsing": _("a date and a time"),
        "datetime_from_date_parsing": _("a date and a time"),
    }
    if error["type"] in wanted:
        return _("{kind} is expected, not “{value}”", kind=wanted[error["type"]], value=str(error["input"])[:60])
    return str(fault.message)
