"""`retention.deliveries`: past it the ledger's rows lose the person; the keyed hash stays, so that nothing goes out twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update

from growth.db import Database, table_of
from growth.messaging.models import Delivery
from growth.messaging.state import OPEN_STATES

#: rows that lose their person in one transaction
_BATCH = 1_000
#: the nightly job may be a turn late before anything counts as kept too long
GRACE = timedelta(days=2)


def past(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Rows that still name a person, of messages whose last word came before that instant."""
    table = table_of(Delivery)
    return (
        table.c.at < before,
        table.c.state.not_in([state.value for state in OPEN_STATES]),
        or_(table.c.contact_id.is_not(None), table.c.address.is_not(None)),
    )


def forget_people(database: Database, *, before: datetime) -> int:
    """Take the person from the ledger's rows older than that instant; how many. What was open stays as it is."""
    table, total = table_of(Delivery), 0
    old = select(table.c.id).where(*past(before)).order_by(table.c.id).limit(_BATCH)
    wanted = old
    while True:
        with database.write() as session:
            ids = session.scalars(wanted).all()
            if ids:
                session.execute(update(table).where(table.c.id.in_(ids)).values(contact_id=None, address=None))
        if not ids:
            return total
        total += len(ids)
        wanted = old.where(table.c.id > ids[-1])
