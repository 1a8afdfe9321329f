"""Issues over crawls: one identity each, new, open, fixed, reappeared; accepted where growth.yaml says so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import Any, TypeVarTuple

from sqlalchemy import LargeBinary, Select, func, select, type_coerce, update
from sqlalchemy.orm import Session

from growth import clock
from growth.db import Database
from growth.language import ngettext
from seo.bulk import batches, insert_rows, lean, update_rows
from seo.check import catalogue
from seo.models import FindingRow, IssueRow, UrlRow
from seo.packed import unpack
from seo.settings import Accepted
from seo.severity import Severity
from seo.wording import fault_word, found_word

#: issues written in one transaction of the main store (under 100 ms)
BATCH = 500
_NEW = (
    *("identity", "check_id", "severity", "url", "url_hash", "cause", "detail", "state", "first_seen", "first_crawl_id", "last_crawl_id"),
    *("accepted", "weight"),
)
#: columns of the tables and not of their classes: many rows then come as the driver makes them, not through the ORM
_finding, _url = FindingRow.__table__.c, UrlRow.__table__.c
#: the columns of a query
Row = TypeVarTuple("Row")
_AGAIN = ("state", "severity", "detail", "last_crawl_id", "accepted", "weight", "url", "url_hash", "fixed_at", "fixed_crawl_id")


class IssueState(StrEnum):
    """Where an issue stands after the newest crawl that looked."""

    #: found for the first time
    NEW = "new"
    #: found before, and still there
    OPEN = "open"
    #: was fixed, and is back
    REAPPEARED = "reappeared"
    #: found before, and gone
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue as lists show it. `weight` is the sign-ups it costs a month, by estimate."""

    id: int
    check: str
    severity: Severity
    url: str
    message: str
    detail: Mapping[str, Any]
    state: IssueState
    first_seen: datetime
    fixed_at: datetime | None
    weight: float
    accepted: str | None
    assigned_to: str | None
    first_crawl_id: int
    last_crawl_id: int

    def as_json(self) -> dict[str, Any]:
        """The shape of ``growth seo issues`` (contracts/cli.md), with what else is known."""
        return {
            "check": self.check,
            "severity": self.severity.value,
            "url": self.url,
            "message": self.message,
            "detail": self.detail,
            "state": self.state.value,
            "first_seen": self.first_seen,
            "weight": round(self.weight, 4),
            "id": str(self.id),
            "accepted": self.accepted,
            "assigned_to": self.assigned_to,
        }


def identity_of(check_id: str, url: str, cause: str | None) -> bytes:
    """What tells an issue from all others over crawls: its check, and its cause or else its page."""
    text = f"{check_id}\n{'cause' if cause is not None else 'url'}\n{cause if cause is not None else url}"
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def url_hash(url: str) -> int:
    """A signed 64-bit hash of a URL, for looking issues up by page."""
    return int.from_bytes(blake2b(url.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def message_of(check_id: str, detail: Mapping[str, Any]) -> str:
    """One sentence on what was found, in the language in force."""
    check = catalogue().get(check_id)
    title = str(check.meta.title_bad) if check else check_id
    return f"{title}: {told}" if (told := evidence_of(detail)) else title


def evidence_of(detail: Mapping[str, Any]) -> str:
    """The telling part of a detail in a few words."""
    target = detail.get("target")
    if target:
        said = detail.get("status") or (fault_word(str(detail["fault"])) if detail.get("fault") else None)
        return f"{target} ({said})" if said else str(target)
    parts: list[str] = []
    for key in ("text", "value", "found", "location", "count", "px", "urls"):
        value = detail.get(key)
        if value in (None, "", [], 0) or len(parts) == 2:
            continue
        if key == "urls":
            if "count" not in detail and isinstance(value, list):
                parts.append(ngettext("{n} page", "{n} pages", len(value)))
        elif key == "count" and "urls" in detail:
            parts.append(ngettext("{n} page", "{n} pages", int(str(value))))
        else:
            parts.append(f"{value} px" if key == "px" else found_word(str(value))[:120] if key == "found" else str(value)[:120])
    return " · ".join(parts)


def acceptance(rules: Sequence[Accepted], check_id: str, url: str) -> str | None:
    """Why growth.yaml accepts an issue, or None."""
    return next((rule.because for rule in rules if rule.check in (check_id, "*") and fnmatchcase(url, rule.url.replace("[", "[[]"))), None)


def sync_issues(
    database: Database, *, crawl_id: int, complete: bool, accept: Sequence[Accepted], weigh: Any, now: datetime
) -> dict[str, Any]:
    """Bring the issues in line with what a crawl found; counts by severity and check (accepted ones left out).

    Doing it twice changes nothing. In a crawl that was limited only issues of pages that were looked at can be fixed.
    """
    at = clock.to_micros(now)
    with database.store("crawl").read() as crawl:
        for batch in batches(_findings(crawl, crawl_id), BATCH):
            unique = {
                identity_of(check, url, cause): (check, severity, url, cause, packed) for check, severity, url, cause, packed in batch
            }
            with database.write() as session:
                lean(session)
                known = _known(session, list(unique))
                new: list[tuple[Any, ...]] = []
                again: list[tuple[Any, ...]] = []
                for identity, (check, severity, url, cause, packed) in unique.items():
                    before = known.get(identity)
                    if before is not None and before.last_crawl_id == crawl_id:
                        continue
                    accepted = acceptance(accept, check, url)
                    weight = weigh(check, url, packed)
                    if before is None:
                        head = (identity, check, severity, url, url_hash(url), cause, packed)
                        new.append((*head, IssueState.NEW.value, at, crawl_id, crawl_id, accepted, weight))
                    else:
                        state = IssueState.REAPPEARED if before.state == IssueState.FIXED else IssueState.OPEN
                        changed = (state.value, severity, packed, crawl_id, accepted, weight, url, url_hash(url), None, None)
                        again.append((*changed, before.id))
                insert_rows(session, IssueRow, _NEW, new)
                update_rows(session, IssueRow, ("id",), _AGAIN, again)
    _fix_the_gone(database, crawl_id=crawl_id, complete=complete, now=now)
    return count_issues(database, crawl_id=crawl_id)


def count_issues(database: Database, *, crawl_id: int) -> dict[str, Any]:
    """Issues of a crawl by severity and by check; accepted ones left out."""
    with database.read() as session:
        query = select(IssueRow.severity, IssueRow.check_id, func.count()).where(
            IssueRow.last_crawl_id == crawl_id, IssueRow.accepted.is_(None)
        )
        query = query.where(IssueRow.state != IssueState.FIXED.value).group_by(IssueRow.severity, IssueRow.check_id)
        rows = session.execute(query).tuples().all()
    counts = {severity.value: 0 for severity in Severity}
    by_check: dict[str, int] = {}
    for severity, check, number in rows:
        counts[severity] += number
        by_check[check] = by_check.get(check, 0) + number
    return {"issues": counts, "by_check": dict(sorted(by_check.items(), key=lambda one: (-one[1], one[0])))}


def issues(
    session: Session,
    *,
    crawl_id: int,
    check: str | None = None,
    severity: str | None = None,
    state: str | None = None,
    url: str | None = None,
    accepted: bool = False,
    limit: int | None = None,
) -> Iterator[Issue]:
    """Issues as they stand after the crawl `crawl_id`, the newest judged one, heaviest first."""
    query = matching(select(IssueRow), crawl_id=crawl_id, severity=severity, state=state, accepted=accepted)
    if check is not None:
        query = query.where(IssueRow.check_id == check)
    if url is not None:
        query = query.where(IssueRow.url_hash == url_hash(url), IssueRow.url == url)
    query = query.order_by(IssueRow.weight.desc(), IssueRow.check_id, IssueRow.url, IssueRow.id)
    if limit is not None:
        query = query.limit(limit)
    for row in session.scalars(query.execution_options(yield_per=1000)):
        yield issue_of(row)


def matching(
    query: Select[*Row], *, crawl_id: int, severity: str | None = None, state: str | None = None, accepted: bool = False
) -> Select[*Row]:
    """A query of issues that keeps those which stand so after the crawl `crawl_id`."""
    if state == IssueState.FIXED:
        query = query.where(IssueRow.state == IssueState.FIXED.value, IssueRow.fixed_crawl_id == crawl_id)
    else:
        query = query.where(IssueRow.state != IssueState.FIXED.value)
        if state == IssueState.OPEN:
            query = query.where(IssueRow.state.in_([IssueState.OPEN.value, IssueState.REAPPEARED.value]))
        elif state is not None:
            query = query.where(IssueRow.state == state)
    if severity is not None:
        query = query.where(IssueRow.severity == severity)
    return query if accepted else query.where(IssueRow.accepted.is_(None))


def issue_of(row: IssueRow) -> Issue:
    """The value of a row."""
    detail = json.loads(row.detail)
    return Issue(
        id=row.id,
        check=row.check_id,
        severity=Severity(row.severity),
        url=row.url,
        message=message_of(row.check_id, detail),
        detail=detail,
        state=IssueState(row.state),
        first_seen=row.first_seen,
        fixed_at=row.fixed_at,
        weight=row.weight,
        accepted=row.accepted,
        assigned_to=row.assigned_to,
        first_crawl_id=row.first_crawl_id,
        last_crawl_id=row.last_crawl_id,
    )


def findings_of(crawl: Session, *, crawl_id: int) -> Iterator[tuple[bytes, str, str, str, str]]:
    """(identity, check, severity, url, detail) of everything a crawl found, while its bulk is kept."""
    for check, severity, url, cause, packed in _findings(crawl, crawl_id):
        yield identity_of(check, url, cause), check, severity, url, unpack(packed).decode()


def _findings(crawl: Session, crawl_id: int) -> Iterator[tuple[str, str, str, str | None, bytes]]:
    """Check, severity, url, cause and detail of each finding, the detail packed as it is stored."""
    query = (
        select(_finding.check_id, _finding.severity, _url.url, _finding.cause, type_coerce(_finding.detail, LargeBinary))
        .join_from(FindingRow.__table__, UrlRow.__table__, (_url.crawl_id == _finding.crawl_id) & (_url.id == _finding.url_id))
        .where(_finding.crawl_id == crawl_id)
        .order_by(_finding.url_id, _finding.number)
    )
    rows: Iterable[Any] = crawl.execute(query.execution_options(yield_per=2000))
    for check, severity, url, cause, packed in rows:
        yield check, severity, url, cause, bytes(packed)


def _known(session: Session, identities: Sequence[bytes]) -> dict[bytes, Any]:
    """What is known of issues: id, state and the crawl that saw them last."""
    columns = (IssueRow.identity, IssueRow.id, IssueRow.state, IssueRow.last_crawl_id)
    return {row.identity: row for row in session.execute(select(*columns).where(IssueRow.identity.in_(identities)))}


def _fix_the_gone(database: Database, *, crawl_id: int, complete: bool, now: datetime) -> None:
    """Issues that the crawl would have found again, and did not."""
    last = 0
    looked = None if complete else _looked_at(database, crawl_id)
    while True:
        with database.read() as session:
            query = select(IssueRow.id, IssueRow.url_hash).where(
                IssueRow.id > last, IssueRow.state != IssueState.FIXED.value, IssueRow.last_crawl_id < crawl_id
            )
            rows = session.execute(query.order_by(IssueRow.id).limit(BATCH)).tuples().all()
        if not rows:
            return
        last = rows[-1][0]
        gone = [id for id, page in rows if looked is None or page in looked]
        if gone:
            with database.write() as session:
                session.execute(
                    update(IssueRow)
                    .where(IssueRow.id.in_(gone))
                    .values(state=IssueState.FIXED.value, fixed_at=now, fixed_crawl_id=crawl_id)
                )


def _looked_at(database: Database, crawl_id: int) -> set[int]:
    """Hashes of the URLs that a crawl fetched."""
    with database.store("crawl").read() as crawl:
        query = select(UrlRow.url).where(UrlRow.crawl_id == crawl_id, UrlRow.state == "fetched")
        return {url_hash(url) for url in crawl.scalars(query.execution_options(yield_per=5000))}
