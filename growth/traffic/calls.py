"""Phone calls (来电登记): who called, which channel they named, what they want, and when to call back.

A call is a touch of the channel that the caller named, with the row as its evidence. The number is kept as a contact's, what they want is
sealed; a caller whose contact is erased leaves a count of their channel and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth import clock
from growth.app import TodoEntry
from growth.channels import TouchKind, UnknownChannel, channel_titles, find_channel, record_touch
from growth.contacts import PersonFacts, contact, normal_phone, remember
from growth.db import uuid7, vault
from growth.errors import GrowthError
from growth.language import _
from growth.traffic.models import PhoneCall
from growth.workspace import Workspace

#: longest text of what a caller wants, characters
WISH_LENGTH = 500
_PLACE = "phone_call.wish"


class UnknownCall(GrowthError):
    """No call has that id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """A call, opened: `phone`, `name` and `wish` are personal data. `settled_at`: when somebody had called back."""

    id: UUID
    at: datetime
    channel: str
    contact_id: UUID | None
    phone: str
    name: str
    wish: str
    call_back_on: date | None
    settled_at: datetime | None
    taken_by: str

    @property
    def waits(self) -> bool:
        """Whether somebody is still to call back."""
        return self.call_back_on is not None and self.settled_at is None


def note_call(
    session: Session,
    *,
    workspace: Workspace,
    at: datetime,
    phone: str,
    channel: str,
    taken_by: str,
    now: datetime,
    name: str = "",
    wish: str = "",
    call_back_on: date | None = None,
) -> CallView:
    """Note a call and its touch. Raises BadAddress (phone), UnknownChannel, GrowthError (a time to come, a date before the call)."""
    number = normal_phone(phone)
    view = find_channel(session, channel)
    if view is None:
        raise UnknownChannel(_("there is no channel “{name}”", name=channel[:60]), fix="growth channel list")
    if at > now + timedelta(minutes=5):
        raise GrowthError(_("the call is in the future"), fix=_("say when it was"))
    day = clock.site_day(at, workspace.zone)
    if call_back_on is not None and call_back_on < day:
        raise GrowthError(_("the day to call back lies before the call"), fix=_("give a later day"))
    id = uuid7()
    evidence = f"phone_call:{id}"
    person = remember(session, PersonFacts(phone=number, name=name.strip() or None, evidence=evidence), now=now)
    text = wish.strip()[:WISH_LENGTH]
    row = PhoneCall(
        id=id,
        at=at,
        day=day,
        channel=view.name,
        contact_id=person,
        wish=vault(session).seal(_PLACE, id, text) if text else None,
        call_back_on=call_back_on,
        settled_at=None,
        taken_by=taken_by,
    )
    session.add(row)
    record_touch(session, at=at, channel=view.name, kind=TouchKind.CALL, key=f"contact:{person}", evidence=evidence)
    session.flush()
    return _view(session, row)


def settle_call(session: Session, *, id: UUID, now: datetime) -> CallView:
    """Say that somebody has called back; a second time changes nothing. Raises UnknownCall."""
    row = session.get(PhoneCall, id)
    if row is None:
        raise UnknownCall(_("there is no call “{id}”", id=str(id)), fix="growth call list")
    row.settled_at = row.settled_at or now
    session.flush()
    return _view(session, row)


def calls(session: Session, *, waiting: bool = False, most: int = 500) -> list[CallView]:
    """The calls, the latest first; with `waiting` those that wait to be called back, the most pressing first."""
    query = select(PhoneCall).limit(most)
    if waiting:
        query = query.where(PhoneCall.call_back_on.is_not(None), PhoneCall.settled_at.is_(None)).order_by(PhoneCall.call_back_on)
    else:
        query = query.order_by(PhoneCall.at.desc())
    return [_view(session, row) for row in session.scalars(query)]


def forget_calls(session: Session, contact_ids: list[UUID]) -> int:
    """The person is erased: what they wanted and who they were goes, their channel's count stays."""
    rows = session.scalars(select(PhoneCall).where(PhoneCall.contact_id.in_(contact_ids))).all()
    for row in rows:
        row.contact_id = row.wish = row.call_back_on = None
    session.flush()
    return len(rows)


def calls_of(session: Session, contact_ids: list[UUID]) -> list[CallView]:
    """The calls of a person."""
    query = select(PhoneCall).where(PhoneCall.contact_id.in_(contact_ids)).order_by(PhoneCall.at)
    return [_view(session, row) for row in session.scalars(query)]


def todo(session: Session, workspace: Workspace) -> Iterator[TodoEntry]:
    """Calls whose day to call back has come."""
    today = clock.site_day(clock.now(), workspace.zone)
    waiting = [call for call in calls(session, waiting=True) if call.call_back_on is not None and call.call_back_on <= today]
    titles = channel_titles(session) if waiting else {}
    for call in waiting:
        late = call.call_back_on is not None and call.call_back_on < today
        words = _("Call back, was due on {day}: a caller by {channel}") if late else _("Call back today: a caller by {channel}")
        yield TodoEntry(
            id=f"call:{call.id}",
            title=words.format(day=call.call_back_on, channel=titles.get(call.channel, call.channel)),
            link="/calls",
            roles=("service", "marketer"),
            since=call.at,
            severity="warning" if late else "notice",
        )


def _view(session: Session, row: PhoneCall) -> CallView:
    person = contact(session, row.contact_id) if row.contact_id is not None else None
    return CallView(
        id=row.id,
        at=row.at,
        channel=row.channel,
        contact_id=row.contact_id,
        phone=(person.phone if person else None) or "",
        name=(person.name if person else None) or "",
        wish=vault(session).open(_PLACE, row.id, row.wish) if row.wish is not None else "",
        call_back_on=row.call_back_on,
        settled_at=row.settled_at,
        taken_by=row.taken_by,
    )
