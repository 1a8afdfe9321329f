"""The checks of one audit: those that growth.yaml leaves in, with its limits and severities; and judging one page by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from seo.check import Check, Finding, Limits, Needs, catalogue, checks_in, merged_limits
from seo.page import Page
from seo.severity import Severity


class Judged(msgspec.Struct, frozen=True):
    """A finding with its check and severity settled."""

    check_id: str
    severity: Severity
    url: str
    cause: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """A module of checks as it is used now: its limits, and the severity of each of its ids (left-out ids are missing)."""

    check: Check
    limits: Limits
    severities: Mapping[str, Severity]
    overridden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an audit judges by. `faults` counts checks that failed by an error of their own."""

    page: tuple[Active, ...]
    site: tuple[Active, ...]
    faults: dict[str, str] = field(default_factory=dict)


class Choice(Protocol):
    """What ``seo.checks`` of growth.yaml says: checks left out, severities, limits."""

    @property
    def ignore(self) -> Sequence[str]: ...
    @property
    def severity(self) -> Mapping[str, Severity]: ...
    @property
    def limits(self) -> Mapping[str, Any]: ...


def rules_of(choice: Choice, modules: Sequence[str] = ()) -> Rules:
    """The checks that `choice` leaves in; with `modules` only those of them, and no others are imported."""
    ignored = frozenset(choice.ignore)
    families: dict[str, list[Check]] = {}
    for check in checks_in(modules) if modules else catalogue().values():
        if check.meta.id not in ignored:
            families.setdefault(check.module, []).append(check)
    page: list[Active] = []
    site: list[Active] = []
    for checks in families.values():
        first = checks[0]
        limits = merged_limits(first.meta, choice.limits[first.meta.id]) if first.meta.id in choice.limits else first.meta.limits
        severities = {one.meta.id: choice.severity.get(one.meta.id, one.meta.severity) for one in checks}
        overridden = frozenset(severities) & frozenset(choice.severity)
        active = Active(check=first, limits=limits, severities=severities, overridden=overridden)
        (page if first.meta.needs is Needs.PAGE else site).append(active)
    return Rules(page=tuple(page), site=tuple(site))


def judge_page(page: Page, rules: Rules) -> list[Judged]:
    """All that the page checks find on one page. A check that fails itself spoils nothing: it is noted in `rules.faults`."""
    found: list[Judged] = []
    for active in rules.page:
        check = active.check
        try:
            if check.applies is None or check.applies(page):
                for finding in check.judge(page, active.limits):
                    if (judged := settled(finding, active, page.url)) is not None:
                        found.append(judged)
        except Exception as fault:  # noqa: BLE001 - any check, also a plug-in's, may be wrong; the crawl goes on
            rules.faults.setdefault(check.meta.id, f"{type(fault).__name__}: {fault} ({page.url})")
    return found


def settled(finding: Finding, active: Active, url: str) -> Judged | None:
    """A finding with its check's id and severity; None where growth.yaml leaves that id out."""
    id = finding.check or active.check.meta.id
    severity = active.severities.get(id)
    if severity is None:
        return None
    if finding.severity is not None and id not in active.overridden:
        severity = finding.severity
    return Judged(id, severity, finding.url or url, finding.cause, finding.detail)


def passed_and_failed(page: Page, rules: Rules) -> Iterator[tuple[Check, str]]:
    """(check, ``passed`` | ``failed`` | ``not-applicable``) for every page check: what the sheet of one page shows."""
    for active in rules.page:
        check = active.check
        if check.applies is not None and not check.applies(page):
            yield check, "not-applicable"
        else:
            yield check, "failed" if any(settled(one, active, page.url) for one in check.judge(page, active.limits)) else "passed"
