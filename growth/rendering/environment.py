"""The Jinja environments: HTML for pages, reports and mails, plain text for subjects, SMS and replies.

Both are sandboxed: a template of the workspace may replace any shipped one, and it must not reach what Python could.
Undefined is an error everywhere; HTML escapes always, whatever a file is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, Template, Undefined
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from growth.language import _, ngettext
from growth.rendering.broken import Empty, broken, shown_path, unknown_template
from growth.rendering.filters import FILTERS, TESTS
from growth.rendering.loader import TemplateFolders, search_path, shipped

T = TypeVar("T")
_NESTED = re.compile(r"\{[^{}]*[^{}\w][^{}]*\}")
_FIELD = re.compile(r"\{([A-Za-z_]\w*)\}")
#: methods of text that make a short template print gigabytes or read attributes by a format string
HEAVY_TEXT = frozenset({"format", "format_map", "center", "ljust", "rjust", "zfill", "expandtabs", "translate", "encode"})
#: filters of Jinja's own that do the same, or make two renderings of one thing differ
HEAVY_FILTERS = ("format", "center", "attr", "indent", "wordwrap", "pprint", "random", "xmlattr", "safe", "forceescape", "filesizeformat")
_HEAVY_GLOBALS = ("lipsum", "cycler", "joiner")
#: longest text or list that `*` may make
_REPEAT_LIMIT = 10_000


class Missing(Undefined):
    """What is not there in people's templates: an error where it is printed or walked, nothing in ``{{ contact.city or '…' }}``."""

    __slots__ = ()

    def __str__(self) -> str:
        self._fail_with_undefined_error()

    def __iter__(self) -> Iterator[Any]:
        self._fail_with_undefined_error()

    def __len__(self) -> int:
        self._fail_with_undefined_error()


class SafeEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's immutable sandbox without the ways left in it to eat memory or time."""

    #: the site's time zone, for the filters of dates
    zone: ZoneInfo
    intercepted_binops = frozenset({"*", "**", "%", "<<"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """No underscore names, no format and padding methods of text. Values of ours (dataclasses) need no further look."""
        if attr.startswith("_") or (isinstance(obj, str | bytes) and attr in HEAVY_TEXT):
            return False
        return _is_value(cast(Hashable, type(obj))) or super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers only; repeating a text or a list is limited, formatting by ``%`` is not there."""
        if operator == "*":
            for thing, times in ((left, right), (right, left)):
                if isinstance(thing, str | bytes | list | tuple) and isinstance(times, int):
                    if len(thing) * times > _REPEAT_LIMIT:
                        raise SecurityError(_("repeating a text to more than {n} characters", n=_REPEAT_LIMIT))
                    return left * right
        elif operator == "%" and isinstance(left, str | bytes):
            raise SecurityError(_("formatting with %; use filters such as number and money"))
        elif operator in ("**", "<<"):
            raise SecurityError(_("the operator {name}", name=operator))
        return super().call_binop(context, operator, left, right)


@lru_cache(maxsize=512)
def _is_value(kind: type) -> bool:
    """Whether objects of `kind` are frozen dataclasses: fields and pure methods. Looking closer took two thirds of a table's time."""
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)


def html_environment(root: Path | None = None, zone: ZoneInfo | None = None) -> SafeEnvironment:
    """For pages, reports and HTML mails. `root` is the workspace whose templates win, `zone` the site's time zone.

    Environments are kept, so that templates compile once.
    """
    return _environment(root, zone or ZoneInfo("Asia/Shanghai"), True, False)


def text_environment(root: Path | None = None, zone: ZoneInfo | None = None) -> SafeEnvironment:
    """For subjects, SMS, replies and plain-text parts: nothing is escaped."""
    return _environment(root, zone or ZoneInfo("Asia/Shanghai"), False, False)


@lru_cache(maxsize=32)
def _environment(root: Path | None, zone: ZoneInfo, html: bool, user: bool) -> SafeEnvironment:
    return make_environment(search_path(root), zone, html=html, user=user)


def make_environment(folders: tuple[Path, ...], zone: ZoneInfo, *, html: bool, user: bool) -> SafeEnvironment:
    """An environment over `folders`. `user`: for what people write for campaigns and replies; an empty value is an error there."""
    environment = SafeEnvironment(
        loader=TemplateFolders(folders),
        autoescape=html,
        undefined=Missing if user else StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        extensions=("jinja2.ext.i18n", "jinja2.ext.do") if not user else ("jinja2.ext.i18n",),
        finalize=_printed if user else None,
        cache_size=400,
    )
    environment.filters.update(FILTERS)
    environment.tests.update(TESTS)
    environment.zone = zone
    environment.globals.update(_=say, gettext=say, ngettext=say_count)
    for name in HEAVY_FILTERS:
        del environment.filters[name]
    for name in _HEAVY_GLOBALS:
        del environment.globals[name]
    return environment


def say(message: str, /, **values: object) -> str:
    """`message` in the language in force with its ``{name}`` fields filled. Bare names only: `str.format` would read attributes."""
    return _filled(_(message), values)


def say_count(one: str, many: str, n: int, /, **values: object) -> str:
    """The form for `n`; ``{n}`` and further fields are filled. Bare names only, as in `say`."""
    if _NESTED.search(one + many):
        raise SecurityError("a field with a dot or bracket in a message")
    return ngettext(one, many, int(n), **values)


def _filled(message: str, values: Mapping[str, object]) -> str:
    return _FIELD.sub(lambda match: str(values[match[1]]) if match[1] in values else match[0], message)


def _printed(value: Any) -> Any:
    """What a user's template prints; nothing at all is an error (what macros and blocks return is not plain text in HTML)."""
    if value is None or (type(value) is str and not value.strip()):
        raise Empty("the value printed here")
    return value


def render(environment: SafeEnvironment, name: str, variables: Mapping[str, object]) -> str:
    """The shipped or overridden template `name`, rendered. Raises UnknownTemplate or TemplateBroken with FILE:LINE."""
    return _guarded(environment, name, lambda: environment.get_template(name).render(variables))


def template_of(environment: SafeEnvironment, name: str) -> Template:
    """The compiled template. Raises like `render`."""
    return _guarded(environment, name, lambda: environment.get_template(name))


def shown_names(environment: SafeEnvironment) -> dict[str, str]:
    """File names as Jinja knows them → as people are shown them."""
    loader = environment.loader
    assert isinstance(loader, TemplateFolders)
    names: dict[str, str] = {}
    for template in loader.list_templates():
        path = loader.find(template)
        if path is not None:
            folder = loader.folders[0]
            root = folder.parent if folder != shipped() else None
            names[str(path)] = names[template] = shown_path(path, root, shipped())
    return names


def _guarded(environment: SafeEnvironment, name: str, work: Callable[[], T]) -> T:
    try:
        return work()
    except RecursionError as fault:
        raise broken(fault, name=name, shown=shown_names(environment)) from fault
    except Exception as fault:
        loader = environment.loader
        assert isinstance(loader, TemplateFolders)
        if loader.find(name) is None:
            raise unknown_template(name, loader.list_templates()) from fault
        raise broken(fault, name=name, shown=shown_names(environment), known=loader.list_templates()) from fault
