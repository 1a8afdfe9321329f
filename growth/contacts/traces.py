"""What other rooms tell of contacts and ask of them: when somebody was last at the site, which contacts were found to be one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from growth.contacts.models import Contact, ContactMerge
from growth.db import table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two contacts that are one person, or were thought to be (`undone`)."""

    id: int
    kept: UUID
    gone: UUID
    #: what proved it: the file's row, the call, the follower
    evidence: str
    at: datetime
    undone: bool


def merges(session: Session, contact_id: UUID | None = None) -> list[Merge]:
    """All merges in the order in which they happened; with `contact_id` those that made this contact what it is."""
    query = select(ContactMerge).order_by(ContactMerge.id)
    if contact_id is not None:
        query = query.where(or_(ContactMerge.kept == contact_id, ContactMerge.gone == contact_id))
    return [
        Merge(id=row.id, kept=row.kept, gone=row.gone, evidence=row.evidence, at=row.at, undone=row.undone_at is not None)
        for row in session.scalars(query)
    ]


def note_visits(session: Session, seen: Mapping[UUID, datetime]) -> None:
    """These people were at the site then; an earlier time changes nothing."""
    if not seen:
        return
    table = table_of(Contact)
    later = or_(table.c.last_visit.is_(None), table.c.last_visit < bindparam("seen_at"))
    statement = update(table).where(table.c.id == bindparam("who"), later).values(last_visit=bindparam("seen_at"))
    session.connection().execute(statement, [{"who": id, "seen_at": at} for id, at in seen.items()])
