"""What a check is, and how checks are found: one module a check (or a family of them), in every package of the door ``growth.seo.checks``.

A module of a check has ``meta`` (a `CheckMeta`, or ``metas`` for a family) and ``judge``, and may have ``applies``:

    meta = CheckMeta(id="title-missing", …)

    def judge(page: Page, limits: Limits) -> Iterator[Finding]:
        if not page.title:
            yield Finding(detail={})

A check judges; it never fetches and never stores. "Not applicable" is not "passed": where ``applies(page)`` is false, the page is not
counted among those that passed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

import msgspec

from growth.errors import GrowthError
from growth.language import Text, _
from seo.severity import Severity

#: packages whose modules are checks, besides those that plug-ins name under the entry-point group of the same name
DOOR = "growth.seo.checks"
SHIPPED = "seo.checks"

Limits = Mapping[str, Any]
#: the `source` of a rule that stands nowhere else
OWN_RULE = Text("our own rule", "本工具自定的规则")


class Needs(StrEnum):
    """What a check looks at."""

    #: one internal page that answered 2xx with HTML: `Page`
    PAGE = "page"
    #: one answer of the site itself, whatever it is: `Answer`
    ANSWER = "answer"
    #: the whole crawl: `Site`
    SITE = "site"


class Group(StrEnum):
    """Groups of checks, in the order of reports; the catalogue's sections."""

    HTTP = "http"
    LINKS = "links"
    URL = "url"
    TEXT = "text"
    INDEX = "index"
    CANONICAL = "canonical"
    SITEMAP = "sitemap"
    CONTENT = "content"
    USABILITY = "usability"
    MARKETING = "marketing"

    @property
    def label(self) -> Text:
        """Its name for people."""
        return _GROUPS[self]


_GROUPS = {
    Group.HTTP: Text("HTTP and redirects", "HTTP 与跳转"),
    Group.LINKS: Text("Links and structure", "链接与结构"),
    Group.URL: Text("Addresses", "网址"),
    Group.TEXT: Text("Title, description, headings", "标题、描述与小标题"),
    Group.INDEX: Text("Indexability and robots", "可收录性与 robots"),
    Group.CANONICAL: Text("Canonical and hreflang", "规范网址与多语言"),
    Group.SITEMAP: Text("Sitemap", "站点地图"),
    Group.CONTENT: Text("Content, images, data", "内容、图片与结构化数据"),
    Group.USABILITY: Text("Usability, mobile, security", "易用、移动与安全"),
    Group.MARKETING: Text("Law, goals, marketing", "合规、目标与营销"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckMeta:
    """What a check says of itself.

    `title_good` names the state that is wanted, `title_bad` what is wrong; `why` says what it costs, `mend` what to do. `source` is where
    the rule comes from: an address, a law, another program, or `OWN_RULE`. `limits` are the numbers and lists that growth.yaml may change;
    the first is the main one.
    """

    id: str
    group: Group
    severity: Severity
    needs: Needs = Needs.PAGE
    title_good: Text
    title_bad: Text
    why: Text
    mend: Text
    source: str | Text
    limits: Limits = field(default_factory=dict)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a check found.

    `detail` proves it. `url` is the page that must be changed (a page check may leave it out). `cause` names what several pages share (the
    broken target, the repeated title): then it, and not the page, tells this issue from others over crawls. `severity` where it differs
    from the check's; `check` where one module has a family.
    """

    detail: Mapping[str, Any]
    url: str | None = None
    cause: str | None = None
    severity: Severity | None = None
    check: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check as the audit runs it; those of a family share `judge`."""

    meta: CheckMeta
    judge: Callable[[Any, Limits], Iterable[Finding]]
    applies: Callable[[Any], bool] | None
    module: str


class CheckInvalid(GrowthError):
    """A module behind the door is not a check; a fault of its author."""


@lru_cache
def catalogue() -> Mapping[str, Check]:
    """Every check by id, in the order of groups, then of ids. Raises CheckInvalid naming the module that is none."""
    found: dict[str, Check] = {}
    for package in _packages():
        for module in _modules(package):
            for check in _checks_of(module):
                if check.meta.id in found:
                    raise CheckInvalid(f"check {check.meta.id} is declared in {found[check.meta.id].module} and in {check.module}")
                found[check.meta.id] = check
    order = list(Group)
    return dict(sorted(found.items(), key=lambda item: (order.index(item[1].meta.group), item[0])))


def checks_in(modules: Iterable[str]) -> Iterator[Check]:
    """The checks of some modules by name, without looking at the others."""
    for name in modules:
        yield from _checks_of(importlib.import_module(name))


def check_named(id: str) -> Check:
    """The check `id`. Raises GrowthError with what was probably meant."""
    from growth.workspace import hint_for

    known = catalogue()
    if id not in known:
        raise GrowthError(_("there is no check “{name}”", name=id), fix=hint_for(id, sorted(known)) or "growth seo checks")
    return known[id]


def merged_limits(meta: CheckMeta, given: Any) -> Limits:
    """The limits of a check with those of growth.yaml put over them; one value alone means the first. Raises ValueError."""
    if not meta.limits:
        raise ValueError(_("check {name} has no limits", name=meta.id))
    if not isinstance(given, Mapping):
        given = {next(iter(meta.limits)): given}
    merged = dict(meta.limits)
    for name, value in given.items():
        if name not in merged:
            raise ValueError(
                _("check {check} has no limit “{name}”; allowed: {allowed}", check=meta.id, name=name, allowed=", ".join(merged))
            )
        shipped = merged[name]
        if isinstance(shipped, list | tuple | frozenset):
            if not isinstance(value, list | tuple):
                raise ValueError(_("limit “{name}” of {check} is a list", check=meta.id, name=name))
            merged[name] = type(shipped)(str(one) for one in value)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(_("limit “{name}” of {check} is a number", check=meta.id, name=name))
        else:
            merged[name] = value
    return merged


def _packages() -> Iterator[ModuleType]:
    names = dict.fromkeys((SHIPPED, *(entry.value for entry in entry_points(group=DOOR))))
    for name in names:
        yield importlib.import_module(name)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{found.name}")


def _checks_of(module: ModuleType) -> Iterator[Check]:
    metas = getattr(module, "metas", None) or ((module.meta,) if hasattr(module, "meta") else ())
    judge = getattr(module, "judge", None)
    if not metas or not callable(judge):
        raise CheckInvalid(
            f"{module.__name__} has no meta and judge", fix="a check is a module with meta (or metas) and judge; see seo/check.py"
        )
    applies = getattr(module, "applies", None)
    for meta in metas:
        yield Check(meta=meta, judge=judge, applies=applies, module=module.__name__)
