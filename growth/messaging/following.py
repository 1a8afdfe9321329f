"""A mailing that follows another: whoever got a message gets the next one so long after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from growth.messaging.ledger import NewDelivery
from growth.messaging.models import Delivery
from growth.messaging.state import DeliveryState, SkipReason

#: left out of one message, and in the sequence all the same
_GO_ON: Final = (SkipReason.UNLESS, SkipReason.CAP, SkipReason.MISSING_VARIABLE)
_GOT: Final = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNCERTAIN)


def due_to_follow(
    session: Session, *, stream: str, occurrence: str, follows_in: str, by: datetime, limit: int, spared: bool
) -> list[NewDelivery]:
    """Who got the message of `stream` until `by` and has no row in `follows_in` yet; with `spared` also those who were left out of it."""
    before, after = Delivery, aliased(Delivery)
    has_next = (
        select(after.id)
        .where(
            after.stream == follows_in,
            after.occurrence == before.occurrence,
            after.medium == before.medium,
            after.address_index == before.address_index,
        )
        .exists()
    )
    query = (
        select(before.contact_id, before.address_index, before.domain)
        .where(
            before.stream == stream,
            before.occurrence == occurrence,
            before.contact_id.is_not(None),
            _goes_on(_moment() <= by, spared=spared),
            ~has_next,
        )
        .limit(limit)
    )
    return [
        NewDelivery(contact_id=contact_id, address_index=index, domain=domain)
        for contact_id, index, domain in session.execute(query).tuples()
    ]


def next_to_follow(session: Session, *, stream: str, occurrence: str, after: datetime, spared: bool) -> datetime | None:
    """When the first of those who got it after that instant did; also of those who are just being handed over. None: nobody."""
    whole = select(func.min(_moment())).where(
        Delivery.stream == stream,
        Delivery.occurrence == occurrence,
        _goes_on(_moment() > after, spared=spared, also=(DeliveryState.SUBMITTING,)),
    )
    return session.scalar(whole)


def _moment() -> Any:
    """When somebody got a message, or was spared it."""
    return func.coalesce(Delivery.submitted_at, Delivery.at, type_=Delivery.at.type)


def _goes_on(when: ColumnElement[bool], *, spared: bool, also: tuple[DeliveryState, ...] = ()) -> ColumnElement[bool]:
    got: ColumnElement[bool] = Delivery.state.in_([state.value for state in (*_GOT, *also)])
    if spared:
        got = or_(got, and_(Delivery.state == DeliveryState.SKIPPED.value, Delivery.reason.in_([reason.value for reason in _GO_ON])))
    return and_(got, when)
