"""Sign-ups and the steps after them: booked once, joined to the visit, to the person and to whatever code was given."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import (
    TouchKind,
    add_identities,
    declared_channels,
    find_channel,
    identity_id,
    insert_new,
    join,
    note_changes,
    record_touch,
    resolve_link,
)
from growth.contacts import PersonFacts, remember
from growth.db import Database, table_of, vault
from growth.money import Money
from growth.traffic.bodies import SignupBody, StepBody, instant
from growth.traffic.ids import text_id
from growth.traffic.known import recognise
from growth.traffic.models import Event, EventText, Signup, Step, Visit, WaitingStep
from growth.traffic.way import Way
from growth.workspace import Workspace

#: how far back a page view is looked for that a sign-up names, microseconds
_VIEW_AGE: Final = 24 * 3600 * 1_000_000
#: an id of the site that is an address: kept as its blind index only
_ADDRESS: Final = re.compile(r".*@.*|(\+?86)?1[3-9]\d{9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignupView:
    """A sign-up. `external_id` is as it is kept: the site's id, or ``~`` and a hash where that was somebody's address."""

    id: int
    external_id: str
    at: datetime
    role: str
    value: Money | None
    contact_id: UUID | None
    visit_id: int | None
    code: str


def kept_id(session: Session, external_id: str) -> str:
    """The site's own id as it is kept; one that is a phone number or e-mail is not kept in the clear."""
    if _ADDRESS.fullmatch(external_id):
        return "~" + vault(session).index("signup", external_id).hex()[:24]
    return external_id


def visitor_of_view(database: Database, view: str, *, at: datetime) -> str | None:
    """The visitor key of a page view of the day before `at`, or None where its beacon has not come (yet)."""
    until = clock.to_micros(at)
    with database.store("events").read() as raw:
        return raw.scalar(
            select(EventText.value)
            .join(Event, Event.visitor == EventText.id)
            .where(Event.at_micros.between(until - _VIEW_AGE, until + _VIEW_AGE), Event.view == text_id(view))
            .limit(1)
        )


def record_signup(
    session: Session, body: SignupBody, *, workspace: Workspace, now: datetime, visitor: str | None = None, way: Way = Way.SERVER
) -> tuple[SignupView, bool]:
    """Book a sign-up; `visitor` is the key that `visitor_of_view` found. Whether it is new.

    One that is known gets what it lacked (visitor, person, code); its time, role and value stay as they were first said.
    """
    external = kept_id(session, body.id)
    key = f"signup:{external}"
    at = instant(body, now)
    if body.visitor:
        visitor = f"visitor:{''.join(body.visitor.split())}"
    contact_id = _person(session, body, at=at, now=now)
    row = session.scalar(select(Signup).where(Signup.external_id == external))
    is_new = row is None
    if row is None:
        row = _new(session, body, external=external, key=key, at=at, workspace=workspace, now=now, way=way)
    evidence = f"signup:{row.id}"
    if contact_id is not None and row.contact_id is None:
        row.contact_id = contact_id
    if contact_id is not None:
        join(session, one=key, other=f"contact:{contact_id}", evidence=evidence, at=at)
    if body.openid:
        join(session, one=key, other=f"openid:{body.openid}", evidence=evidence, at=at)
    if body.page and not row.view:
        row.view = text_id(body.page)
    if visitor is not None:
        join(session, one=key, other=visitor, evidence=evidence, at=at)
        row.visitor_id = row.visitor_id or identity_id(visitor)
        recognise(session, [identity_id(visitor)])
    if body.code and not row.code:
        row.code = body.code
        _touch_by_code(session, row, workspace)
    session.flush()
    if row.visitor_id is not None:
        place_signups(session, [row.visitor_id])
        session.refresh(row)
    if is_new:
        _book_waiting(session, row, workspace)
    return signup_view(row), is_new


def record_step(session: Session, body: StepBody, *, workspace: Workspace, now: datetime, way: Way = Way.SERVER) -> tuple[bool, bool]:
    """Book a step; (whether the sign-up is known, whether the step is new). One of an unknown sign-up waits for it."""
    external = kept_id(session, body.signup)
    at = instant(body, now)
    money = body.value.money() if body.value else None
    found = session.execute(select(Signup.id, Signup.identity_id, Signup.at).where(Signup.external_id == external)).one_or_none()
    signup = found.id if found else None
    values: dict[str, Any] = {
        "name": body.step,
        "at": at,
        "value": money.minor if money else None,
        "currency": money.currency if money else "",
        "way": way.value,
    }
    if found is None:
        known = session.scalar(
            select(WaitingStep.id).where(WaitingStep.external_id == external, WaitingStep.name == body.step, WaitingStep.at == at)
        )
        insert_new(session, WaitingStep, [{"external_id": external, **values}], on=("external_id", "name", "at"))
        return False, known is None
    known = session.scalar(select(Step.id).where(Step.signup_id == signup, Step.name == body.step, Step.at == at))
    if known is None:
        session.add(Step(signup_id=signup, day=clock.site_day(at, workspace.zone), **values))
        session.flush()
        if money is not None:
            note_changes(session, [(found.identity_id, found.at)], worth=True)
    return True, known is None


def find_signup(session: Session, external_id: str) -> SignupView | None:
    """The sign-up with that id of the site, or None."""
    row = session.scalar(select(Signup).where(Signup.external_id.in_((external_id, kept_id(session, external_id)))))
    return signup_view(row) if row else None


def signup_view(row: Signup) -> SignupView:
    """A row as other rooms see it."""
    return SignupView(
        id=row.id,
        external_id=row.external_id,
        at=row.at,
        role=row.role,
        value=Money.from_minor(row.value, row.currency) if row.value is not None else None,
        contact_id=row.contact_id,
        visit_id=row.visit_id,
        code=row.code,
    )


def place_signups(session: Session, visitors: Collection[int]) -> None:
    """Say in which visit the sign-ups of these visitors happened: the last one that had begun by then."""
    connection, ids = session.connection(), list(visitors)
    for start in range(0, len(ids), 500):
        rows = connection.execute(_OF_VISITORS, {"visitors": ids[start : start + 500]}).all()
        for id, visitor, at, visit in rows:
            found = connection.scalar(_VISIT_OF, {"visitor": visitor, "at": at})
            if found != visit:
                connection.execute(_PLACE, {"signup": id, "visit": found})


#: statements that are run for every batch of events and every sign-up
_SIGNUP: Final = table_of(Signup).c
_OF_VISITORS: Final = select(_SIGNUP.id, _SIGNUP.visitor_id, _SIGNUP.at, _SIGNUP.visit_id).where(
    _SIGNUP.visitor_id.in_(bindparam("visitors", expanding=True))
)
_VISIT_OF: Final = (
    select(table_of(Visit).c.id)
    .where(Visit.visitor_id == bindparam("visitor"), Visit.started_at <= bindparam("at"))
    .order_by(Visit.started_at.desc(), Visit.id.desc())
    .limit(1)
)
_PLACE: Final = update(table_of(Signup)).where(table_of(Signup).c.id == bindparam("signup")).values(visit_id=bindparam("visit"))


def claim_views(session: Session, views: Mapping[int, int], texts: Mapping[int, str]) -> None:
    """Page views have come that sign-ups named before: `views` is the visitor by page view, `texts` the visitors' keys."""
    ids = list(views)
    for start in range(0, len(ids), 500):
        rows = session.scalars(select(Signup).where(Signup.view.in_(ids[start : start + 500]), Signup.visitor_id.is_(None))).all()
        for row in rows:
            visitor = texts[views[row.view]]
            join(session, one=f"signup:{row.external_id}", other=visitor, evidence=f"signup:{row.id}", at=row.at)
            session.execute(update(Signup).where(Signup.id == row.id).values(visitor_id=identity_id(visitor)))
            recognise(session, [identity_id(visitor)])


def _new(
    session: Session, body: SignupBody, *, external: str, key: str, at: datetime, workspace: Workspace, now: datetime, way: Way
) -> Signup:
    ids = add_identities(session, [key])
    money = body.value.money() if body.value else None
    row = Signup(
        external_id=external,
        identity_id=ids[key],
        at=at,
        day=clock.site_day(at, workspace.zone),
        role=body.role,
        value=money.minor if money else None,
        currency=money.currency if money else "",
        contact_id=None,
        visitor_id=None,
        view=0,
        visit_id=None,
        code="",
        way=way.value,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    note_changes(session, [(row.identity_id, at)])
    return row


def _person(session: Session, body: SignupBody, *, at: datetime, now: datetime) -> UUID | None:
    """The contact that registered; None where the site said nothing that names a person but its own id."""
    if not (body.email or body.phone or body.openid):
        return None
    keys: list[tuple[str, str]] = [("signup", body.id)]
    if body.openid:
        keys.append(("openid", body.openid))
    facts = PersonFacts(email=body.email, phone=body.phone, role=body.role or None, keys=tuple(keys), evidence=f"signup:{body.id}")
    return remember(session, facts, now=now)


def _touch_by_code(session: Session, row: Signup, workspace: Workspace) -> None:
    """The code given at sign-up is a touch of the channel that gives such codes out."""
    code = row.code.strip()
    folded = code.casefold()
    by_code = next(
        (name for name, entry in declared_channels(workspace).items() if any(known.casefold() == folded for known in entry.codes)), None
    )
    evidence, key = f"signup:{row.id}", f"signup:{row.external_id}"
    link = None if by_code else resolve_link(session, code)
    named = by_code or (link.channel if link else code if find_channel(session, code) else None)
    if named is not None:
        record_touch(
            session,
            at=row.at,
            channel=named,
            kind=TouchKind.CODE,
            key=key,
            evidence=evidence,
            term=code,
            link_id=link.id if link else None,
        )


def _book_waiting(session: Session, row: Signup, workspace: Workspace) -> None:
    waiting = session.scalars(select(WaitingStep).where(WaitingStep.external_id == row.external_id)).all()
    insert_new(
        session,
        Step,
        [
            {
                "signup_id": row.id,
                "name": step.name,
                "at": step.at,
                "day": clock.site_day(step.at, workspace.zone),
                "value": step.value,
                "currency": step.currency,
                "way": step.way,
            }
            for step in waiting
        ],
        on=("signup_id", "name", "at"),
    )
    for step in waiting:
        session.delete(step)
