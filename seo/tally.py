"""Issues counted by check. The database counts: a site of 100,000 pages has a million issues, and pages show a hundred rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from seo.issues import Issue, IssueState, matching
from seo.models import IssueRow
from seo.severity import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one check found. `severity` is the worst of its issues, `weight` the sign-ups that all of them cost a month."""

    check: str
    severity: Severity
    number: int
    new: int
    weight: float


def tally_issues(
    session: Session, *, crawl_id: int, severity: str | None = None, state: str | None = None, accepted: bool = False
) -> list[Tally]:
    """The issues after the crawl `crawl_id`, the newest judged one, by check; accepted ones left out, or (`accepted`) those alone."""
    is_new = case((IssueRow.state == IssueState.NEW.value, 1), else_=0)
    query = matching(
        select(IssueRow.check_id, IssueRow.severity, func.count(), func.sum(is_new), func.sum(IssueRow.weight)),
        crawl_id=crawl_id,
        severity=severity,
        state=state,
        accepted=accepted,
    )
    if accepted:
        query = query.where(IssueRow.accepted.is_not(None))
    rows = session.execute(query.group_by(IssueRow.check_id, IssueRow.severity)).tuples()
    return _summed(
        Tally(check=check, severity=Severity(rank), number=number, new=int(new or 0), weight=float(weight or 0.0))
        for check, rank, number, new, weight in rows
    )


def tally_of(found: Sequence[Issue]) -> list[Tally]:
    """The same of issues at hand."""
    return _summed(
        Tally(check=one.check, severity=one.severity, number=1, new=int(one.state is IssueState.NEW), weight=one.weight)
        for one in found
        if one.accepted is None
    )


def _summed(parts: Iterable[Tally]) -> list[Tally]:
    """One entry a check, the worst first, then the heaviest."""
    by_check: dict[str, Tally] = {}
    for part in parts:
        before = by_check.get(part.check)
        if before is not None:
            part = replace(
                before,
                severity=min(before.severity, part.severity, key=lambda one: one.rank),
                number=before.number + part.number,
                new=before.new + part.new,
                weight=before.weight + part.weight,
            )
        by_check[part.check] = part
    return sorted(by_check.values(), key=lambda one: (one.severity.rank, -round(one.weight, 3), one.check))
