"""What goes wrong with a template, always with the template's own file and line."""

from __future__ import annotations

import re
import traceback
from difflib import get_close_matches
from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound, TemplatesNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from growth.errors import GrowthError, Where
from growth.language import _

_MISSING = re.compile(r"'(?P<name>[^']+)' is undefined|has no attribute '(?P<attribute>[^']+)'")


class TemplateBroken(GrowthError):
    """A template cannot be read or rendered; `where` is its file and line."""


class UnknownTemplate(GrowthError):
    """There is no template of that name, neither in the workspace nor shipped."""


class VariableMissing(TemplateBroken):
    """A variable is missing or empty for what is rendered; the caller adds for whom."""


class TemplateTooHeavy(TemplateBroken):
    """Rendering went past its limits of time, memory or output."""


class Empty(Exception):
    """Raised while rendering where an empty value would be printed."""


def unknown_template(name: str, known: list[str]) -> UnknownTemplate:
    """The error for a template that is not there, with the nearest names."""
    near = get_close_matches(name, known, n=1)
    fix = _("did you mean “{word}”?", word=near[0]) if near else _("put it in the workspace's templates/, or name a shipped one")
    return UnknownTemplate(_("there is no template “{name}”", name=name), fix=fix)


def broken(fault: Exception, *, name: str, shown: dict[str, str], first_line: int = 1, known: list[str] | None = None) -> GrowthError:
    """The error a person sees for what Jinja raised while reading or rendering `name`.

    `shown` maps the file names Jinja knows to those shown to people; lines of `name` itself are counted from `first_line`.
    """
    if isinstance(fault, GrowthError):
        return fault
    file, line = _place(fault, name, shown)
    if file == shown.get(name, name):
        line += first_line - 1
    where = Where(file, max(line, 1))
    if isinstance(fault, TemplatesNotFound | TemplateNotFound):
        missing = unknown_template(str(fault.name or fault), known or [])
        return TemplateBroken(missing.message, fix=missing.fix, where=where)
    if isinstance(fault, Empty):
        return VariableMissing(
            _("{name} is empty", name=fault.args[0]),
            fix=_("fill the field, or give a default in the template: {{ … or '…' }}"),
            where=where,
        )
    if isinstance(fault, UndefinedError):
        found = _MISSING.search(str(fault))
        what = (found["name"] or found["attribute"]) if found else ""
        message = _("“{key}” is missing", key=what) if what else str(fault)
        return VariableMissing(message, fix=_("check the name, or give a default: {{ … | default('…') }}"), where=where)
    if isinstance(fault, SecurityError):
        return TemplateBroken(
            _("not allowed in a template: {why}", why=fault),
            fix=_("templates read variables and use filters; they call nothing else"),
            where=where,
        )
    if isinstance(fault, MemoryError):
        return TemplateTooHeavy(_("the template needs more memory than allowed"), fix=_("make its loops and texts smaller"), where=where)
    if isinstance(fault, RecursionError):
        return TemplateTooHeavy(_("a macro or an include calls itself without end"), where=where)
    if isinstance(fault, TemplateError):
        return TemplateBroken(fault.message or str(fault), where=where)
    return TemplateBroken(f"{type(fault).__name__}: {fault}", fix=_("check the values and filters on that line"), where=where)


def _place(fault: Exception, name: str, shown: dict[str, str]) -> tuple[str, int]:
    """File and line: a syntax error knows its own; any other is found in the traceback, which Jinja rewrites to template lines."""
    if isinstance(fault, TemplateSyntaxError):
        raw = fault.filename or fault.name or name
        return shown.get(raw, shown.get(fault.name or "", raw)), fault.lineno
    for frame in reversed(traceback.extract_tb(fault.__traceback__)):
        if frame.filename in shown:
            return shown[frame.filename], frame.lineno or 1
    return shown.get(name, name), 1


def shown_path(path: Path, root: Path | None, package: Path) -> str:
    """How a template's file is named to people: relative to the workspace, or ``templates/…`` where it is a shipped one."""
    for base, prefix in ((root, ""), (package.parent, "")):
        if base is not None and path.is_relative_to(base):
            return prefix + path.relative_to(base).as_posix()
    return str(path)
