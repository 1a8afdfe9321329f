"""The audit log: who did what to what, and why. A chain of keyed hashes shows a row that was changed or removed.

Details hold ids and counts, never personal data: the log outlives an erasure.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from growth.accounts.models import AuditHead, AuditRow
from growth.clock import to_micros
from growth.db import vault
from growth.language import _
from growth.text import cut

_START = "the beginning"
_HEAD = select(AuditHead).where(AuditHead.id == 1).with_for_update()
_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit log. `actor` is ``user:NAME``, ``key:NAME``, ``command`` or ``job:NAME``."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    reason: str


class Damage(StrEnum):
    """What happened to a row behind the program's back."""

    #: its text or its place in the chain is another
    CHANGED = "changed"
    #: it is gone
    REMOVED = "removed"
    #: nobody who holds the key wrote it
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFault:
    """What `verify` found: the first row that is not as it was written."""

    row: int
    what: Damage

    def __str__(self) -> str:
        words = {Damage.CHANGED: _("changed"), Damage.REMOVED: _("removed"), Damage.ADDED: _("added")}
        return _("audit_log row {row} was {what}", row=self.row, what=words[self.what])


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    reason: str = "",
    now: datetime,
) -> int:
    """Append one line within the caller's transaction and return its id; the line stands or falls with what it tells of.

    `action` is ``noun.verb`` (``user.add``, ``contact.unmask``), `subject` what it was done to (``user:ming``).
    """
    head = session.scalar(_HEAD) or _first_head(session)
    row = AuditRow(
        id=head.last_id + 1,
        at=now,
        actor=cut(actor, 80),
        action=cut(action, 60),
        subject=cut(subject, 200),
        detail=json.loads(json.dumps(dict(detail or {}), ensure_ascii=False, default=str)),
        reason=cut(reason, 500),
    )
    row.chain = _link(session, row, head.chain)
    session.add(row)
    head.last_id, head.chain = row.id, row.chain
    session.flush()
    return row.id


def verify(session: Session) -> AuditFault | None:
    """Walk the whole chain; the first row that was changed or removed, or None."""
    head = session.get(AuditHead, 1)
    before = vault(session).index("audit_log", _START)
    last = 0
    for row in _rows(session):
        if row.id != last + 1:
            return AuditFault(row=last + 1, what=Damage.REMOVED)
        if not hmac.compare_digest(row.chain, _link(session, row, before)):
            return AuditFault(row=row.id, what=Damage.CHANGED)
        last, before = row.id, row.chain
    if head is None:
        return AuditFault(row=1, what=Damage.REMOVED) if last else None
    if head.last_id > last:
        return AuditFault(row=last + 1, what=Damage.REMOVED)
    if head.last_id < last:
        return AuditFault(row=head.last_id + 1, what=Damage.ADDED)
    return None if hmac.compare_digest(head.chain, before) else AuditFault(row=last, what=Damage.CHANGED)


def audit_entries(
    session: Session,
    *,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[AuditEntry]:
    """The newest lines first; `before` an id pages on, `action` may be a noun (``user``)."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if actor:
        query = query.where(AuditRow.actor == actor)
    if action:
        query = query.where((AuditRow.action == action) | AuditRow.action.startswith(f"{action}.", autoescape=True))
    if subject:
        query = query.where(AuditRow.subject == subject)
    if before is not None:
        query = query.where(AuditRow.id < before)
    return [_entry(row) for row in session.scalars(query)]


def _first_head(session: Session) -> AuditHead:
    """The head of an empty log; of two programs that start it at once, one waits for the other."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    start = vault(session).index("audit_log", _START)
    session.execute(insert(AuditHead).values(id=1, last_id=0, chain=start).on_conflict_do_nothing())
    return session.scalars(_HEAD).one()


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(id=row.id, at=row.at, actor=row.actor, action=row.action, subject=row.subject, detail=row.detail, reason=row.reason)


def _link(session: Session, row: AuditRow, before: bytes) -> bytes:
    told = [row.id, to_micros(row.at), row.actor, row.action, row.subject, row.detail, row.reason]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return vault(session).index("audit_log", f"{before.hex()}\0{text}")


def _rows(session: Session) -> Iterator[AuditRow]:
    last = 0
    while rows := session.scalars(select(AuditRow).where(AuditRow.id > last).order_by(AuditRow.id).limit(_BATCH)).all():
        yield from rows
        last = rows[-1].id
        session.expunge_all()
