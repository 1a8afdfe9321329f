"""What came back: it arrived, it bounced, somebody complained or said no. Every event has its effect once, and in any order the same.

A delivery only climbs: accepted, delivered, came back for now, came back for good. A late “delivered” takes no bounce back. An event may
overtake the sender's own answer; the row is then settled already, and the sender's word about it changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from growth.alerts import raise_alert
from growth.contacts import (
    BadAddress,
    Medium,
    Purpose,
    Statement,
    SuppressionReason,
    UnknownContact,
    address_index,
    contact_of_key,
    count_suppressed,
    live_id,
    normal_address,
    record_consent,
    suppress,
)
from growth.db import Database, table_of
from growth.language import _
from growth.messaging.ledger import counts
from growth.messaging.mail import delivery_of_message_id
from growth.messaging.mailing import pause_mailing
from growth.messaging.models import Delivery, FeedbackSeen, Mailing
from growth.messaging.provider import Feedback, FeedbackKind
from growth.messaging.state import SENT_STATES, DeliveryState, MailingState

#: a report that names only an address is about what was sent to it within this span
LOOKBACK = timedelta(days=30)
#: what is kept of a reason
REASON_LENGTH = 300
#: a mailing of which more complain stands still (Google's limit for bulk senders), once so many did
COMPLAINT_RATE, COMPLAINTS_FEWEST = 0.003, 3
#: states that news may change; the rest was never handed over
_OPEN_TO_NEWS = (
    DeliveryState.SUBMITTING,
    DeliveryState.RETRYING,
    DeliveryState.ACCEPTED,
    DeliveryState.UNCERTAIN,
    DeliveryState.DELIVERED,
    DeliveryState.BOUNCED,
)
_SOFT, _HARD = "soft: ", "hard: "
_SUPPRESSES = {FeedbackKind.HARD_BOUNCE: SuppressionReason.HARD_BOUNCE, FeedbackKind.COMPLAINT: SuppressionReason.COMPLAINT}


@dataclass(slots=True)
class Applied:
    """What a report did."""

    #: events with an effect, by kind
    effects: Counter[str] = field(default_factory=Counter)
    #: events that were here before
    repeated: int = 0
    #: events about nothing that was sent
    unknown: int = 0
    #: addresses that get nothing any more since
    suppressed: int = 0


def apply_feedback(database: Database, provider: str, events: Iterable[Feedback], *, now: datetime, proven: bool = True) -> Applied:
    """Write down what a provider reports, in one transaction: answer 2xx after it, never before.

    `proven`: the report is signed or came by a secret address. What is not (a mail in a mailbox, which anybody can write) counts only
    where something was sent to the address before.
    """
    done = Applied()
    with database.write() as session:
        # one order for everybody: two reports at once never wait for each other in a ring
        for event in sorted(events, key=lambda each: each.event):
            if not _first_time(session, provider, event, now=now):
                done.repeated += 1
            elif _apply(session, event, done, now=now, proven=proven):
                done.effects[str(event.kind)] += 1
            else:
                done.unknown += 1
    return done


def _first_time(session: Session, provider: str, event: Feedback, *, now: datetime) -> bool:
    """Whether the event was not here before; of several at once, one is the first."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    table = table_of(FeedbackSeen)
    statement = insert(table).values(provider=provider, event=event.event, at=now).on_conflict_do_nothing().returning(table.c.event)
    return session.scalar(statement) is not None


def _apply(session: Session, event: Feedback, done: Applied, *, now: datetime, proven: bool) -> bool:
    """The event's effect; False where nothing that was sent is meant and the report proves nothing."""
    own = _own_index(session, event)
    row = _delivery(session, event, own)
    if row is None and (own is None or not proven):
        return False
    index = row.address_index if row is not None else own
    assert index is not None
    medium = Medium(row.medium) if row is not None else event.medium
    at, evidence = min(event.at, now), f"{row.stream}/{row.occurrence}" if row is not None else event.reason[:100] or None
    if event.kind is FeedbackKind.OPENED:
        if row is not None:
            _note_open(session, row, at=at, machine=event.machine)
    elif row is not None and DeliveryState(row.state) in _OPEN_TO_NEWS:
        _climb(session, row, event, at=at)
    if reason := _SUPPRESSES.get(event.kind):
        done.suppressed += suppress(session, medium=medium, address_index=index, reason=reason, at=at, evidence=evidence)
    if event.kind in (FeedbackKind.COMPLAINT, FeedbackKind.REFUSED):
        _refuse(session, row, event, medium=medium, at=at)
    if event.kind is FeedbackKind.COMPLAINT and row is not None:
        _alarm(session, row, evidence or "", now=now)
    return True


def _own_index(session: Session, event: Feedback) -> bytes | None:
    """The hash of the address that a report names."""
    if not event.address:
        return None
    try:
        return address_index(session, event.medium, normal_address(event.medium, event.address))
    except BadAddress:
        return None


def _delivery(session: Session, event: Feedback, own: bytes | None) -> Delivery | None:
    """What a report is about: by our id, by the provider's (one for many numbers, so with the address), by the address alone."""
    query = select(Delivery).where(Delivery.submitted_at.is_not(None)).with_for_update()
    if event.message_id and (id_ := delivery_id_of(event.message_id)):
        return session.scalar(query.where(Delivery.id == id_))
    if event.provider_id:
        theirs = query.where(Delivery.provider_id == event.provider_id)
        if own is not None:
            theirs = theirs.where(Delivery.address_index == own)
        found = session.scalars(theirs.limit(2)).all()
        if len(found) == 1:
            return found[0]
    if own is None:
        return None
    sent_to = query.where(
        Delivery.address_index == own,
        Delivery.medium == str(event.medium),
        Delivery.submitted_at >= event.at - LOOKBACK,
        Delivery.submitted_at <= event.at + timedelta(minutes=5),
    )
    return session.scalar(sent_to.order_by(Delivery.submitted_at.desc()).limit(1))


def delivery_id_of(text: str) -> UUID | None:
    """The delivery that a report names, by its id or by its Message-ID."""
    try:
        return UUID(text)
    except ValueError:
        return delivery_of_message_id(text)


def _climb(session: Session, row: Delivery, event: Feedback, *, at: datetime) -> None:
    if event.kind is FeedbackKind.REFUSED:
        return
    news = {
        FeedbackKind.ACCEPTED: (DeliveryState.ACCEPTED, ""),
        FeedbackKind.HARD_BOUNCE: (DeliveryState.BOUNCED, f"{_HARD}{event.reason}"),
        FeedbackKind.SOFT_BOUNCE: (DeliveryState.BOUNCED, f"{_SOFT}{event.reason}"),
    }.get(event.kind, (DeliveryState.DELIVERED, ""))
    if _height(*news) <= _height(DeliveryState(row.state), row.reason or ""):
        return
    row.state, row.reason, row.at = news[0].value, news[1][:REASON_LENGTH] or None, at
    # a sender that still holds it finds it settled
    row.owner = row.lease_until = row.due_at = None
    session.flush()


def _height(state: DeliveryState, reason: str) -> tuple[int, str]:
    """How much is known of a delivery; of two reasons of one weight the same always wins, whichever came first."""
    if state is DeliveryState.BOUNCED:
        return (3 if reason.startswith(_HARD) else 2), reason[:REASON_LENGTH]
    return {DeliveryState.DELIVERED: 1, DeliveryState.ACCEPTED: 0}.get(state, -1), ""


def _note_open(session: Session, row: Delivery, *, at: datetime, machine: bool) -> None:
    """The earliest open of each kind counts."""
    column = Delivery.machine_opened_at if machine else Delivery.opened_at
    session.execute(update(Delivery).where(Delivery.id == row.id, or_(column.is_(None), column > at)).values({column: at}))


def _refuse(session: Session, row: Delivery | None, event: Feedback, *, medium: Medium, at: datetime) -> None:
    """No marketing any more; where no contact is known, the address itself is barred."""
    contact_id = row.contact_id if row is not None else None
    if contact_id is None and event.address:
        try:
            contact_id = contact_of_key(session, kind=medium.key, value=normal_address(medium, event.address))
        except BadAddress:
            contact_id = None
    evidence = row.stream if row is not None else None
    source = "complaint" if event.kind is FeedbackKind.COMPLAINT else "reply"
    try:
        if contact_id is not None:
            said = Statement(medium=medium, purpose=Purpose.MARKETING, granted=False, source=source, at=at, evidence=evidence)
            record_consent(session, live_id(session, contact_id), said)
            return
    except UnknownContact:
        pass
    if (index := row.address_index if row is not None else _own_index(session, event)) is not None:
        suppress(session, medium=medium, address_index=index, reason=SuppressionReason.REPLIED_STOP, at=at, evidence=evidence)


def _alarm(session: Session, row: Delivery, evidence: str, *, now: datetime) -> None:
    """Stop a mailing of which too many complain: a provider that sees that would stop all."""
    complaints = count_suppressed(session, reason=SuppressionReason.COMPLAINT, evidence=evidence)
    if complaints < COMPLAINTS_FEWEST:
        return
    sent = sum(counts(session, stream=row.stream, occurrence=row.occurrence)[state] for state in SENT_STATES)
    if complaints <= sent * COMPLAINT_RATE:
        return
    mailing = session.get(Mailing, (row.stream, row.occurrence))
    if mailing is not None and mailing.state == MailingState.SENDING:
        reason = _("{n} of {sent} people complained", n=complaints, sent=sent)
        pause_mailing(session, stream=row.stream, occurrence=row.occurrence, reason=reason, now=now)
        raise_alert(
            session,
            kind="complaints",
            title=_("{stream} {occurrence} stands still: too many complaints", stream=row.stream, occurrence=row.occurrence),
            detail=reason,
            dedupe=f"complaints:{row.stream}:{row.occurrence}",
            now=now,
        )
