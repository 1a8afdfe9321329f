"""The language of what people read: gettext for the interface, `Text` for things declared in both languages at once.

English is the language of the source; ``growth/locale`` holds zh-CN, one catalogue an owner, complete (a test holds it).
Rule ids, JSON keys and ``error:`` are never translated.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

LANGUAGES = ("zh-CN", "en")
_current: ContextVar[str] = ContextVar("language", default="en")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages, for what is declared beside code (checks, roles, commands)."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.zh if language() == "zh-CN" else self.en


def language() -> str:
    """The language in force: ``zh-CN`` or ``en``."""
    return _current.get()


def use_language(name: str) -> None:
    """Set the language for this thread or request; an unknown one falls back to English."""
    _current.set(known(name))


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Within the block, texts are in `name`: for a message to one contact, a report for one reader."""
    token = _current.set(known(name))
    try:
        yield
    finally:
        _current.reset(token)


def known(name: str) -> str:
    """The shipped language for a locale such as ``zh_CN.UTF-8``, ``zh-TW`` or ``en-GB``."""
    return "zh-CN" if name.lower().replace("_", "-").startswith("zh") else "en"


def _(message: str, /, **values: object) -> str:
    """`message` in the language in force, its ``{name}`` fields filled from `values`."""
    translated = _catalogue(language()).gettext(message)
    return translated.format(**values) if values else translated


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """The form for `n`; ``{n}`` is filled."""
    return _catalogue(language()).ngettext(one, many, n).format(n=n, **values)


def guess_language(workspace: Path | None) -> str:
    """The language before anything is loaded: GROWTH_LANG, else ``site.locale`` of growth.yaml, else the environment's."""
    if chosen := os.environ.get("GROWTH_LANG"):
        return known(chosen)
    if workspace is not None:
        try:
            found = re.search(r"^\s+locale\s*[:：]\s*[\"']?([A-Za-z_-]+)", (workspace / "growth.yaml").read_text("utf-8", "replace"), re.M)
        except OSError:
            found = None
        return known(found[1]) if found else "zh-CN"
    return known(os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en")


@lru_cache
def _catalogue(name: str) -> gettext.NullTranslations:
    chain = gettext.NullTranslations()
    if name == "en":
        return chain
    folder = resources.files("growth") / "locale" / name.replace("-", "_") / "LC_MESSAGES"
    if not folder.is_dir():
        return chain
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".mo"):
            with file.open("rb") as stream:
                found = gettext.GNUTranslations(stream)
            found.add_fallback(chain)
            chain = found
    return chain
