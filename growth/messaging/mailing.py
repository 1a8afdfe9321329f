"""A mailing: one occurrence of a stream, its frozen audience, whether its deliveries may be worked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from growth.channels import insert_new
from growth.contacts import Medium, Purpose
from growth.db import Database, table_of
from growth.errors import GrowthError
from growth.language import _
from growth.messaging.eligible import Rules
from growth.messaging.ledger import NewDelivery, cancel_open, counts, retry_failed, write_down
from growth.messaging.models import Delivery, Mailing
from growth.messaging.state import OPEN_STATES, DeliveryState, MailingState

#: deliveries written in one transaction; about 60 ms on SQLite
PAGE = 2000


#: made once: every batch asks
_STATE = select(table_of(Mailing).c.state).where(
    table_of(Mailing).c.stream == bindparam("of_stream"), table_of(Mailing).c.occurrence == bindparam("of_occurrence")
)
#: of deliveries that are held: a time that does not come
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class MailingStands(GrowthError):
    """The mailing is not in a state in which that can be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingView:
    """A mailing as others see it. `counts` are disjoint and sum to `recipients` once it is frozen."""

    stream: str
    occurrence: str
    medium: Medium
    purpose: Purpose
    state: MailingState
    recipients: int
    reason: str | None
    created_at: datetime
    frozen_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    counts: Mapping[DeliveryState, int]


def mailing_of(session: Session, *, stream: str, occurrence: str) -> MailingView | None:
    """The mailing with its counts, or None where there was none."""
    row = session.get(Mailing, (stream, occurrence))
    return view_of(session, row) if row else None


def mailings_of(session: Session, stream: str) -> list[MailingView]:
    """All occurrences of a stream, newest first."""
    rows = session.scalars(select(Mailing).where(Mailing.stream == stream).order_by(Mailing.created_at.desc(), Mailing.occurrence.desc()))
    return [view_of(session, row) for row in rows]


def view_of(session: Session, row: Mailing) -> MailingView:
    """A row as others see it."""
    return MailingView(
        stream=row.stream,
        occurrence=row.occurrence,
        medium=Medium(row.medium),
        purpose=Purpose(row.purpose),
        state=MailingState(row.state),
        recipients=row.recipients,
        reason=row.reason,
        created_at=row.created_at,
        frozen_at=row.frozen_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        counts=counts(session, stream=row.stream, occurrence=row.occurrence),
    )


def add_to_mailing(session: Session, *, stream: str, occurrence: str, rules: Rules, rows: Sequence[NewDelivery], now: datetime) -> None:
    """More recipients of a mailing that grows while it is sent: confirmations of a day, messages of a sequence. Twice is once."""
    fixed = {"stream": stream, "occurrence": occurrence, "medium": rules.medium.value, "purpose": rules.purpose.value}
    more = {"state": MailingState.SENDING.value, "recipients": 0, "created_at": now, "frozen_at": now}
    insert_new(session, Mailing, [fixed | more], on=("stream", "occurrence"))
    write_down(session, rows, stream=stream, occurrence=occurrence, medium=rules.medium, purpose=rules.purpose, now=now)
    mailing = session.get_one(Mailing, (stream, occurrence), with_for_update=True)
    mailing.recipients = session.scalar(select(func.count()).where(Delivery.stream == stream, Delivery.occurrence == occurrence)) or 0
    if mailing.state == MailingState.FINISHED:
        mailing.state, mailing.finished_at = MailingState.SENDING.value, None


def open_mailings(session: Session, *, stream: str) -> list[str]:
    """Occurrences of a stream of which something may still be sent, oldest first."""
    query = select(Mailing.occurrence).where(Mailing.stream == stream, Mailing.state == MailingState.SENDING.value)
    return list(session.scalars(query.order_by(Mailing.created_at)))


def open_of_kind(session: Session, *, kind: str) -> list[tuple[str, str]]:
    """(stream, occurrence) of the mailings of a kind (``sequence``) of which something may still be sent, oldest first."""
    query = select(Mailing.stream, Mailing.occurrence).where(
        Mailing.stream.startswith(f"{kind}:", autoescape=True), Mailing.state == MailingState.SENDING.value
    )
    return list(session.execute(query.order_by(Mailing.created_at)).tuples())


def hold_stream(session: Session, stream: str) -> None:
    """Let nobody else submit messages of any occurrence of the stream until this transaction ends (SQLite has one writer anyway)."""
    session.scalars(select(Mailing.occurrence).where(Mailing.stream == stream).order_by(Mailing.occurrence).with_for_update()).all()


def let_held_go(database: Database, *, stream: str, occurrence: str, held: str, variant: str | None, now: datetime) -> int:
    """Give the deliveries that were held their variant, and let them go; how many. Cut off, the next call goes on."""
    count = 0
    while True:
        some = select(Delivery.id).where(Delivery.stream == stream, Delivery.occurrence == occurrence, Delivery.variant == held).limit(PAGE)
        with database.write() as session:
            ids = session.scalars(some).all()
            session.execute(
                update(Delivery)
                .where(Delivery.id.in_(ids), Delivery.variant == held)
                .values(variant=variant, due_at=None, at=now)
                .execution_options(synchronize_session=False)
            )
        count += len(ids)
        if len(ids) < PAGE:
            return count


def pause_mailing(session: Session, *, stream: str, occurrence: str, reason: str, now: datetime) -> None:
    """Stop after the batch in hand. Raises MailingStands where there is nothing to pause."""
    row = _row(session, stream, occurrence)
    if row.state not in (MailingState.SENDING, MailingState.FREEZING, MailingState.PAUSED):
        raise MailingStands(_("{stream} {occurrence} is {state}", stream=stream, occurrence=occurrence, state=row.state))
    row.state, row.reason = MailingState.PAUSED.value, reason


def resume_mailing(session: Session, *, stream: str, occurrence: str, now: datetime) -> None:
    """Go on. Raises MailingStands where it is not paused."""
    row = _row(session, stream, occurrence)
    if row.state != MailingState.PAUSED:
        raise MailingStands(_("{stream} {occurrence} is {state}, not paused", stream=stream, occurrence=occurrence, state=row.state))
    row.state = (MailingState.SENDING if row.frozen_at else MailingState.FREEZING).value
    row.reason = None


def cancel_mailing(session: Session, *, stream: str, occurrence: str, reason: str, now: datetime) -> int:
    """Give it up; how many will never be sent. What is in a sender's hands still goes. Raises MailingStands once it is finished."""
    row = _row(session, stream, occurrence)
    if row.state == MailingState.FINISHED:
        raise MailingStands(_("{stream} {occurrence} is finished already", stream=stream, occurrence=occurrence))
    row.state, row.reason, row.finished_at = MailingState.CANCELLED.value, reason, now
    return cancel_open(session, stream=stream, occurrence=occurrence, now=now)


def retry_mailing(session: Session, *, stream: str, occurrence: str, now: datetime) -> int:
    """Try what was rejected once more; how many. Raises MailingStands for a cancelled one."""
    row = _row(session, stream, occurrence)
    if row.state == MailingState.CANCELLED:
        raise MailingStands(_("{stream} {occurrence} was cancelled", stream=stream, occurrence=occurrence))
    count = retry_failed(session, stream=stream, occurrence=occurrence, now=now)
    if count and row.state == MailingState.FINISHED:
        row.state, row.finished_at = MailingState.SENDING.value, None
    return count


def begin(session: Session, *, stream: str, occurrence: str, now: datetime) -> MailingState:
    """A sender starts work; the state in which it found the mailing."""
    row = _row(session, stream, occurrence)
    if row.started_at is None and row.state == MailingState.SENDING:
        row.started_at = now
    return MailingState(row.state)


def state_of(session: Session, *, stream: str, occurrence: str) -> MailingState:
    """Whether it may be worked on."""
    return MailingState(session.connection().execute(_STATE, {"of_stream": stream, "of_occurrence": occurrence}).scalar_one())


def finish_if_done(session: Session, *, stream: str, occurrence: str, now: datetime) -> bool:
    """Finished where nothing is pending, submitting or retrying."""
    some = select(Delivery.id).where(
        Delivery.stream == stream, Delivery.occurrence == occurrence, Delivery.state.in_([state.value for state in OPEN_STATES])
    )
    if session.scalar(some.limit(1)) is not None:
        return False
    session.execute(
        update(Mailing)
        .where(Mailing.stream == stream, Mailing.occurrence == occurrence, Mailing.state == MailingState.SENDING.value)
        .values(state=MailingState.FINISHED.value, finished_at=now)
    )
    return True


def _row(session: Session, stream: str, occurrence: str) -> Mailing:
    row = session.get(Mailing, (stream, occurrence), with_for_update=True)
    if row is None:
        raise MailingStands(_("{stream} {occurrence} was not begun", stream=stream, occurrence=occurrence))
    return row
