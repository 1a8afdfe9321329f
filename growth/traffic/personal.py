"""What traffic knows of a person: visits, sign-ups and steps; their timeline, and how they are forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from growth.app import TimelineEntry
from growth.channels import CHANNEL, IDENTITY, ORIGIN, forget_names
from growth.contacts import all_ids
from growth.language import Text, _, ngettext
from growth.traffic.calls import calls_of, forget_calls
from growth.traffic.conversions.store import forget_conversions, told_of
from growth.traffic.models import ERASED, PagePath, Signup, Step, Visit, VisitorPage

#: visits that a timeline shows
_SHOWN = 100


class TrafficData:
    """Traffic's part of a person's data."""

    title = Text("Visits and sign-ups", "访问与注册")
    keep = Text("visits and sign-ups as counts, without a name", "访问与注册仅保留不含身份的计数")

    def export(self, session: Session, contact_id: UUID) -> Mapping[str, Any]:
        """Sign-ups, steps, and the visits of every browser that is known to be the person's."""
        ids = all_ids(session, contact_id)
        signups = session.scalars(select(Signup).where(Signup.contact_id.in_(ids)).order_by(Signup.at)).all()
        steps = session.execute(select(Step.name, Step.at).where(Step.signup_id.in_([row.id for row in signups])).order_by(Step.at)).all()
        return {
            "signups": [{"id": row.external_id, "at": row.at, "role": row.role, "code": row.code} for row in signups],
            "calls": [{"at": call.at, "channel": call.channel, "wish": call.wish} for call in calls_of(session, ids)],
            "steps": [{"step": name, "at": at} for name, at in steps],
            "handed_back": [
                {"platform": platform, "step": step, "at": at, "state": state} for platform, step, at, state in told_of(session, ids)
            ],
            "visits": [
                {"started_at": visit.started_at, "pages": visit.pages, "landing": path, "channel": name or medium, "source": source}
                for visit, path, name, medium, source in _visits(session, ids, most=None)
            ],
        }

    def erase(self, session: Session, contact_id: UUID, *, now: datetime) -> int:
        """Names go; what is left is of nobody."""
        ids = all_ids(session, contact_id)
        people = select(IDENTITY.c.person).where(IDENTITY.c.contact_id.in_(ids))
        members = list(session.scalars(select(IDENTITY.c.id).where(IDENTITY.c.person.in_(people))))
        session.execute(delete(VisitorPage).where(VisitorPage.visitor_id.in_(members)))
        rows = session.scalars(select(Signup).where(Signup.contact_id.in_(ids))).all()
        forget_conversions(session, [row.id for row in rows])
        for row in rows:
            session.execute(update(Signup).where(Signup.id == row.id).values(external_id=f"{ERASED}{row.id}", contact_id=None, code=""))
        return len(rows) + forget_calls(session, ids) + forget_names(session, ids)


PERSONAL_DATA = TrafficData()


def timeline(session: Session, contact_id: UUID) -> Iterator[TimelineEntry]:
    """Visits, calls, sign-ups and steps of a contact."""
    ids = all_ids(session, contact_id)
    for visit, path, name, medium, source in _visits(session, ids, most=_SHOWN):
        said = f"{name or medium}{f' ({source})' if source else ''}"
        count = ngettext("{n} page", "{n} pages", visit.pages)
        text = _("visited {page} from {source}, {pages}", page=path, source=said, pages=count)
        yield TimelineEntry(at=visit.started_at, kind="visit", text=text)
    for call in calls_of(session, ids):
        yield TimelineEntry(at=call.at, kind="call", text=_("called, and named {channel}", channel=call.channel), link="/calls")
    rows = session.scalars(select(Signup).where(Signup.contact_id.in_(ids))).all()
    for row in rows:
        yield TimelineEntry(at=row.at, kind="signup", text=_("signed up"), link=f"/signups/{row.id}")
    steps = select(Step.name, Step.at, Step.signup_id).where(Step.signup_id.in_([row.id for row in rows]))
    for step, at, signup in session.execute(steps):
        yield TimelineEntry(at=at, kind="step", text=_("took the step {step}", step=step), link=f"/signups/{signup}")


def _visits(session: Session, ids: list[UUID], *, most: int | None) -> Iterator[Any]:
    who, member = IDENTITY.alias("who"), IDENTITY.alias("member")
    visitors = select(member.c.id).join(who, who.c.person == member.c.person).where(who.c.contact_id.in_(ids))
    query = (
        select(Visit, PagePath.path, CHANNEL.c.name, ORIGIN.c.medium, ORIGIN.c.source)
        .join(ORIGIN, ORIGIN.c.id == Visit.origin_id)
        .outerjoin(CHANNEL, CHANNEL.c.id == ORIGIN.c.channel_id)
        .outerjoin(PagePath, PagePath.id == Visit.entry_page_id)
        .where(Visit.visitor_id.in_(visitors))
        .order_by(Visit.started_at.desc())
    )
    if most is not None:
        query = query.limit(most)
    yield from session.execute(query)
