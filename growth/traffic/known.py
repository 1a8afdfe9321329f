"""What people whom we know have seen: pages of visitors who are joined to a contact or a sign-up, kept for segments.

A visitor is recognised by a sign-up or a link for one person; what they saw before is then looked up once in the raw events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import IDENTITY, insert_marks, join, joins_by_evidence, undo_join
from growth.contacts import merges, note_visits
from growth.db import Database
from growth.traffic.models import Event, Recognised, VisitorPage


def recognise(session: Session, visitor_ids: Iterable[int]) -> None:
    """Say that visitors have become known."""
    insert_marks(session, Recognised, [{"visitor_id": id} for id in sorted(set(visitor_ids))], on="visitor_id")


def note_known(session: Session, seen: Iterable[tuple[int, int, int]]) -> None:
    """Keep (visitor, page, microseconds) of those who are known, and tell contacts when they were last at the site."""
    rows = list(seen)
    visitors = list({visitor for visitor, _page, _at in rows})
    people: dict[int, int] = {}
    for start in range(0, len(visitors), 500):
        query = select(IDENTITY.c.id, IDENTITY.c.person).where(
            IDENTITY.c.id.in_(visitors[start : start + 500]), IDENTITY.c.joined.is_(True)
        )
        people |= dict(session.execute(query).tuples().all())
    if not people:
        return
    _keep(session, [(visitor, page, clock.from_micros(at)) for visitor, page, at in rows if visitor in people])
    latest: dict[int, int] = {}
    for visitor, _page, at in rows:
        if visitor in people:
            latest[visitor] = max(at, latest.get(visitor, at))
    _tell_contacts(session, {visitor: clock.from_micros(at) for visitor, at in latest.items()})


def look_up_recognised(database: Database) -> int:
    """Look up what visitors who have become known saw before; how many visitors."""
    with database.read() as session:
        waiting = list(session.scalars(select(Recognised.visitor_id).limit(200)))
    if not waiting:
        return 0
    with database.store("events").read() as raw:
        rows = raw.execute(
            select(Event.visitor, Event.page, func.max(Event.at_micros))
            .where(Event.visitor.in_(waiting))
            .group_by(Event.visitor, Event.page)
        ).tuples()
        seen = [(visitor, page, clock.from_micros(at)) for visitor, page, at in rows if page]
    latest: dict[int, datetime] = {}
    for visitor, _page, at in seen:
        latest[visitor] = max(at, latest.get(visitor, at))
    with database.write() as session:
        _keep(session, seen)
        _tell_contacts(session, latest)
        # a mark that somebody is setting anew stays: what they write is looked up the next time
        free = select(Recognised.visitor_id).where(Recognised.visitor_id.in_(waiting)).with_for_update(skip_locked=True)
        session.execute(delete(Recognised).where(Recognised.visitor_id.in_(session.scalars(free).all())))
    return len(waiting)


def follow_merges(database: Database, *, now: datetime) -> int:
    """Contacts that were merged, or taken apart again, are joined or parted here too; how many."""
    with database.read() as session:
        found = merges(session)
        if not found:
            return 0
        known = joins_by_evidence(session, "contact_merge:")
    changed = [each for each in found if known.get(f"contact_merge:{each.id}") is not (not each.undone)]
    changed = [each for each in changed if not (each.undone and f"contact_merge:{each.id}" not in known)]
    with database.write() as session:
        for each in changed:
            keys = {"one": f"contact:{each.kept}", "other": f"contact:{each.gone}"}
            if each.undone:
                undo_join(session, now=now, **keys)
            else:
                join(session, evidence=f"contact_merge:{each.id}", at=each.at, **keys)
    return len(changed)


def _tell_contacts(session: Session, latest: Mapping[int, datetime]) -> None:
    """Contacts behind visitors were at the site then."""
    who, member = IDENTITY.alias("who"), IDENTITY.alias("member")
    query = (
        select(who.c.contact_id, member.c.id)
        .join(member, member.c.person == who.c.person)
        .where(member.c.id.in_(latest), who.c.contact_id.is_not(None))
    )
    seen: dict[UUID, datetime] = {}
    for contact, visitor in session.execute(query).tuples():
        seen[contact] = max(latest[visitor], seen.get(contact, latest[visitor]))
    note_visits(session, seen)


def _keep(session: Session, seen: list[tuple[int, int, datetime]]) -> None:
    latest: dict[tuple[int, int], datetime] = {}
    for visitor, page, at in seen:
        latest[visitor, page] = max(at, latest.get((visitor, page), at))
    if not latest:
        return
    on_postgres = session.get_bind().dialect.name == "postgresql"
    statement: Any = (postgresql if on_postgres else sqlite).insert(VisitorPage)
    newest = func.greatest if on_postgres else func.max
    newer = {"last_at": newest(VisitorPage.last_at, statement.excluded.last_at)}
    rows = [{"visitor_id": visitor, "page_id": page, "last_at": at} for (visitor, page), at in latest.items()]
    session.execute(statement.on_conflict_do_update(index_elements=["visitor_id", "page_id"], set_=newer), rows)
