"""What changed between two crawls: new, fixed, reappeared and still open issues."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from seo.crawls import Crawl, find_crawl, judged_before
from seo.issues import IssueState, findings_of, message_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One issue that is in one crawl or both. `state` is new, fixed or open, seen from the later crawl."""

    state: IssueState
    check: str
    severity: str
    url: str
    message: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """The two crawls and what changed."""

    old: Crawl
    new: Crawl
    changes: tuple[Change, ...]

    def count(self, state: IssueState) -> int:
        """Issues in a state."""
        return sum(1 for change in self.changes if change.state is state)

    def as_json(self) -> dict[str, Any]:
        """``{"old","new","counts","changes"}``; issues that are still open are counted, the others listed."""
        counts = {state.value: self.count(state) for state in (IssueState.NEW, IssueState.FIXED, IssueState.OPEN)}
        listed = [
            {
                "state": one.state.value,
                "check": one.check,
                "severity": one.severity,
                "url": one.url,
                "message": one.message,
                "detail": one.detail,
            }
            for one in self.changes
            if one.state is not IssueState.OPEN
        ]
        return {"old": str(self.old.id), "new": str(self.new.id), "counts": counts, "changes": listed}


def diff_crawls(database: Database, old_id: int | None = None, new_id: int | None = None) -> Diff:
    """Compare two crawls; by default the newest and the one before it. Raises GrowthError where one is missing or its pages are gone."""
    with database.read() as session:
        new = find_crawl(session, new_id)
        old = find_crawl(session, old_id) if old_id is not None else judged_before(session, new.id)
    if old is None:
        raise GrowthError(_("there is no earlier crawl to compare with"), fix="growth seo audit")
    for crawl in (old, new):
        if not crawl.kept:
            raise GrowthError(
                _("the pages of crawl {id} were taken away", id=crawl.id),
                fix=_("choose newer ones: growth seo crawls; seo.crawl.keep says how many are kept"),
            )
    return Diff(old=old, new=new, changes=tuple(_changes(database, old, new)))


def _changes(database: Database, old: Crawl, new: Crawl) -> Iterator[Change]:
    with database.store("crawl").read() as session:
        before = {
            identity: (check, severity, url, detail) for identity, check, severity, url, detail in findings_of(session, crawl_id=old.id)
        }
        for identity, check, severity, url, detail in findings_of(session, crawl_id=new.id):
            known = before.pop(identity, None)
            yield _change(IssueState.NEW if known is None else IssueState.OPEN, check, severity, url, detail)
    for check, severity, url, detail in before.values():
        yield _change(IssueState.FIXED, check, severity, url, detail)


def _change(state: IssueState, check: str, severity: str, url: str, detail: str) -> Change:
    found = json.loads(detail)
    return Change(state=state, check=check, severity=severity, url=url, message=message_of(check, found), detail=found)
