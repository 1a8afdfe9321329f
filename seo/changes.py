"""What an audit changed for the worse and the better, in a few lines: the text of the alert `new_errors`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from growth.language import _, ngettext
from seo.check import catalogue
from seo.issues import Issue, IssueState, evidence_of, issue_of
from seo.models import IssueRow
from seo.severity import Severity

#: checks that are named each way, and addresses of each
MOST_CHECKS = 8
MOST_ADDRESSES = 3
_CHARACTERS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Errors that a crawl found and the one before did not, errors that are gone, and both in words."""

    new: int
    fixed: int
    text: str


def changed_errors(session: Session, *, crawl_id: int) -> Changes:
    """What the crawl `crawl_id`, the newest judged one, changed among the errors; accepted ones left out."""
    came = (IssueRow.last_crawl_id == crawl_id, IssueRow.state.in_([IssueState.NEW.value, IssueState.REAPPEARED.value]))
    went = (IssueRow.fixed_crawl_id == crawl_id, IssueRow.state == IssueState.FIXED.value)
    new, fixed = _counts(session, *came), _counts(session, *went)
    lines = [_("{new} new, {fixed} fixed", new=sum(new.values()), fixed=sum(fixed.values()))]
    lines += _told(session, "+", new, *came)
    lines += _told(session, "−", fixed, *went)
    return Changes(new=sum(new.values()), fixed=sum(fixed.values()), text="\n".join(lines))


def _errors(*where: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (IssueRow.severity == Severity.ERROR.value, IssueRow.accepted.is_(None), *where)


def _counts(session: Session, *where: ColumnElement[bool]) -> dict[str, int]:
    """Errors by check, the most first."""
    query = select(IssueRow.check_id, func.count()).where(*_errors(*where)).group_by(IssueRow.check_id)
    return dict(sorted(session.execute(query).tuples(), key=lambda one: (-one[1], one[0])))


def _told(session: Session, mark: str, counts: dict[str, int], *where: ColumnElement[bool]) -> Iterator[str]:
    known = catalogue()
    for check, number in list(counts.items())[:MOST_CHECKS]:
        yield f"{mark} {known[check].meta.title_bad if check in known else check}: {number}"
        query = select(IssueRow).where(*_errors(*where), IssueRow.check_id == check).order_by(IssueRow.weight.desc(), IssueRow.id)
        for row in session.scalars(query.limit(MOST_ADDRESSES)):
            yield f"   {_line(issue_of(row))}"
        if number > MOST_ADDRESSES:
            yield "   " + ngettext("and {n} more", "and {n} more", number - MOST_ADDRESSES)
    if (others := sum(list(counts.values())[MOST_CHECKS:])) > 0:
        yield f"{mark} " + ngettext("{n} of another kind", "{n} of other kinds", others)


def _line(issue: Issue) -> str:
    """The page, and what proves it."""
    told = evidence_of(issue.detail)
    text = f"{issue.url} · {told}" if told and not told.startswith(issue.url) else told or issue.url
    return text if len(text) <= _CHARACTERS else text[: _CHARACTERS - 1] + "…"
