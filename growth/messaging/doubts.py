"""Deliveries whose fate is unknown, as questions to the provider that had them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.contacts import Medium, contacts
from growth.messaging.ledger import addresses_of
from growth.messaging.models import Delivery
from growth.messaging.provider import Doubt
from growth.messaging.state import DeliveryState

#: a gateway needs a moment to know, and forgets after some days
YOUNGEST, OLDEST = timedelta(minutes=1), timedelta(days=3)
#: questions of one turn; each is a call
MOST = 100


def doubts_of(session: Session, *, medium: Medium, provider: str, now: datetime) -> list[Doubt]:
    """What is in doubt at a provider, the newest first; people who were erased or have another address by now are left out."""
    rows = session.execute(
        select(Delivery.id, Delivery.contact_id, Delivery.address, Delivery.submitted_at)
        .where(
            Delivery.state == DeliveryState.UNCERTAIN.value,
            Delivery.medium == medium.value,
            Delivery.provider == provider,
            Delivery.submitted_at.between(now - OLDEST, now - YOUNGEST),
        )
        .order_by(Delivery.submitted_at.desc())
        .limit(MOST)
    ).all()
    people = {view.id: view.address(medium) for view in contacts(session, [row.contact_id for row in rows if row.contact_id])}
    bare = addresses_of(session, {row.id: row.address for row in rows})
    found = [(row, bare.get(row.id) or people.get(row.contact_id)) for row in rows]
    return [Doubt(id=row.id, address=address, at=row.submitted_at) for row, address in found if address]
