"""Queries of the ledger: freeze, claim, submit, count (settle: settling.py). They never commit; deliver.py opens the transactions.

The promise: `submitting` is committed before the network is touched, and a row is worked on by one sender only. A sender holds a row by
`owner` and `lease_until`; every later statement names the owner, so that one who lost the row changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from growth.contacts import Medium, Purpose
from growth.db import insert_all, table_of, uuid7, vault
from growth.messaging.models import Delivery
from growth.messaging.state import OPEN_STATES, DeliveryState, SkipReason

#: how long a sender holds what it took without renewing it
LEASE = timedelta(seconds=30)
_OPEN = [state.value for state in OPEN_STATES]
_WAITING = [DeliveryState.PENDING.value, DeliveryState.RETRYING.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that this sender holds."""

    id: UUID
    contact_id: UUID | None
    address_index: bytes
    domain: str | None
    variant: str | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """One row to write down: somebody of the audience, or an address without a contact."""

    contact_id: UUID | None
    address_index: bytes
    domain: str | None = None
    reason: SkipReason | None = None
    variant: str | None = None
    address: str | None = None
    #: not before; None is at once
    due_at: datetime | None = None


def write_down(
    session: Session,
    rows: Sequence[NewDelivery],
    *,
    stream: str,
    occurrence: str,
    medium: Medium,
    purpose: Purpose,
    now: datetime,
) -> None:
    """Rows of the ledger; an address that is there already stays as it is."""
    fixed: dict[str, Any] = {"stream": stream, "occurrence": occurrence, "medium": medium.value, "purpose": purpose.value}
    fixed |= {"attempts": 0, "units": 1, "at": now}
    values = []
    for row in rows:
        id_ = uuid7()
        values.append(
            {
                **fixed,
                "id": id_,
                "address_index": row.address_index,
                "contact_id": row.contact_id,
                "address": vault(session).seal("delivery.address", id_, row.address) if row.address else None,
                "domain": row.domain,
                "variant": row.variant,
                "state": (DeliveryState.SKIPPED if row.reason else DeliveryState.PENDING).value,
                "reason": row.reason.value if row.reason else None,
                "due_at": row.due_at,
            }
        )
    insert_all(session, Delivery, values, unless=("stream", "occurrence", "medium", "address_index"))


def claim_deliveries(
    session: Session,
    *,
    stream: str,
    occurrence: str,
    owner: str,
    now: datetime,
    limit: int,
    domain: str | None = None,
    not_domains: Collection[str] = (),
) -> list[Claimed]:
    """Take up to `limit` due deliveries, of one `domain` or of all but `not_domains`; each is handed to one sender only."""
    values = {
        "of_stream": stream,
        "of_occurrence": occurrence,
        "moment": now,
        "until": now + LEASE,
        "taker": owner,
        "most": limit,
        "of_domain": domain,
        "others": list(not_domains),
    }
    statement, names = _claiming(one=domain is not None, others=bool(not_domains))
    rows = session.connection().execute(statement, {name: values[name] for name in names})
    return [
        Claimed(id=id_, contact_id=contact_id, address_index=index, domain=domain_, variant=variant, attempts=attempts)
        for id_, contact_id, index, domain_, variant, attempts in rows.all()
    ]


@lru_cache
def _claiming(*, one: bool, others: bool) -> tuple[ReturningUpdate[Any], tuple[str, ...]]:
    """The statement that claims, from one domain or from all but others, and the names of its values.

    Statements of the sending loop are made once: to put one together took longer than to run it for a batch.
    """
    table = table_of(Delivery)
    moment = bindparam("moment", type_=table.c.due_at.type)
    due = (
        select(table.c.id)
        .where(
            table.c.stream == bindparam("of_stream"),
            table.c.occurrence == bindparam("of_occurrence"),
            table.c.state.in_(_WAITING),
            or_(table.c.due_at.is_(None), table.c.due_at <= moment),
            or_(table.c.lease_until.is_(None), table.c.lease_until < moment),
        )
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )
    names = ["of_stream", "of_occurrence", "moment", "until", "taker", "most"]
    if one:
        due = due.where(table.c.domain == bindparam("of_domain"))
        names.append("of_domain")
    elif others:
        due = due.where(or_(table.c.domain.is_(None), table.c.domain.not_in(bindparam("others", expanding=True))))
        names.append("others")
    # MATERIALIZED: PostgreSQL would otherwise run the LIMIT again for each row it looks at
    picked = due.cte("picked").prefix_with("MATERIALIZED", dialect="postgresql")
    statement = (
        update(table)
        .where(table.c.id.in_(select(picked.c.id)))
        .values(owner=bindparam("taker"), lease_until=bindparam("until"))
        .returning(table.c.id, table.c.contact_id, table.c.address_index, table.c.domain, table.c.variant, table.c.attempts)
    )
    return statement, tuple(names)


def submit(session: Session, *, owner: str, ids: Iterable[UUID], provider: str, now: datetime) -> set[UUID]:
    """Mark what is handed to the provider next; the ids that this sender still holds. Commit before the network is touched."""
    values = {"ids": list(ids), "holder": owner, "carrier": provider, "moment": now, "until": now + LEASE}
    return set(session.connection().execute(_submitting(), values).scalars().all())


@lru_cache
def _submitting() -> ReturningUpdate[Any]:
    table = table_of(Delivery)
    return (
        update(table)
        .where(table.c.id.in_(bindparam("ids", expanding=True)), table.c.owner == bindparam("holder"), table.c.state.in_(_WAITING))
        .values(
            state=DeliveryState.SUBMITTING.value,
            attempts=table.c.attempts + 1,
            provider=bindparam("carrier"),
            submitted_at=bindparam("moment"),
            lease_until=bindparam("until"),
            at=bindparam("moment"),
        )
        .returning(table.c.id)
    )


def give_back(session: Session, *, owner: str, ids: Iterable[UUID], now: datetime, due_at: datetime | None = None) -> None:
    """Let go of claimed rows untouched; of submitted ones of which the provider took nothing at all."""
    table = table_of(Delivery)
    mine = and_(table.c.id.in_(list(ids)), table.c.owner == owner)
    freed: dict[str, Any] = {"owner": None, "lease_until": None} | ({"due_at": due_at} if due_at else {})
    session.execute(update(table).where(mine, table.c.state.in_(_WAITING)).values(freed))
    session.execute(
        update(table)
        .where(mine, table.c.state == DeliveryState.SUBMITTING.value)
        .values(
            state=DeliveryState.RETRYING.value,
            attempts=table.c.attempts - 1,
            owner=None,
            lease_until=None,
            due_at=due_at,
            submitted_at=None,
            at=now,
        )
    )


def leave_out(session: Session, reasons: Mapping[UUID, SkipReason], *, owner: str, now: datetime) -> None:
    """Skip claimed rows, each with its reason."""
    table = table_of(Delivery)
    for reason in set(reasons.values()):
        ids = [id_ for id_, why in reasons.items() if why is reason]
        session.execute(
            update(table)
            .where(table.c.id.in_(ids), table.c.owner == owner, table.c.state.in_(_WAITING))
            .values(state=DeliveryState.SKIPPED.value, reason=reason.value, owner=None, lease_until=None, at=now)
        )


def renew(session: Session, *, owner: str, now: datetime) -> None:
    """Hold on to everything that this sender has."""
    session.execute(
        update(Delivery)
        .where(Delivery.owner == owner, Delivery.state.in_(_OPEN))
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )


def owners(session: Session, *, stream: str, occurrence: str) -> dict[str, datetime]:
    """Who holds open deliveries, and until when."""
    rows = session.execute(
        select(Delivery.owner, func.max(Delivery.lease_until))
        .where(
            Delivery.stream == stream,
            Delivery.occurrence == occurrence,
            Delivery.state.in_(_OPEN),
            Delivery.owner.is_not(None),
        )
        .group_by(Delivery.owner)
    ).tuples()
    return {owner: until for owner, until in rows if owner is not None and until is not None}


def release(session: Session, *, stream: str, occurrence: str, owner: str, resend: bool, now: datetime) -> int:
    """Take over from a sender that is gone: what it had not submitted goes on at once, what it had is uncertain (by policy: sent again).

    The owner's name stays on uncertain rows: an answer of one that was only slow still counts. How many are uncertain.
    """
    table = table_of(Delivery)
    mine = and_(table.c.stream == stream, table.c.occurrence == occurrence, table.c.owner == owner)
    session.execute(update(table).where(mine, table.c.state.in_(_WAITING)).values(owner=None, lease_until=None))
    submitted = update(table).where(mine, table.c.state == DeliveryState.SUBMITTING.value)
    if resend:
        session.execute(submitted.values(state=DeliveryState.RETRYING.value, reason="no answer", owner=None, lease_until=None, at=now))
        return 0
    statement = submitted.values(
        state=DeliveryState.UNCERTAIN.value, reason="the sender died before the answer", lease_until=None, at=now
    ).returning(table.c.id)
    return len(session.execute(statement).all())


def retry_failed(session: Session, *, stream: str, occurrence: str, now: datetime) -> int:
    """Everything that was rejected is tried again; how many."""
    table = table_of(Delivery)
    statement = (
        update(table)
        .where(table.c.stream == stream, table.c.occurrence == occurrence, table.c.state == DeliveryState.REJECTED.value)
        .values(state=DeliveryState.RETRYING.value, due_at=None, attempts=0, at=now)
        .returning(table.c.id)
    )
    return len(session.execute(statement).all())


def cancel_open(session: Session, *, stream: str, occurrence: str, now: datetime) -> int:
    """What was not handed over never will be; how many."""
    table = table_of(Delivery)
    statement = (
        update(table)
        .where(table.c.stream == stream, table.c.occurrence == occurrence, table.c.state.in_(_WAITING))
        .values(state=DeliveryState.SKIPPED.value, reason=SkipReason.CANCELLED.value, owner=None, lease_until=None, at=now)
        .returning(table.c.id)
    )
    return len(session.execute(statement).all())


def counts(session: Session, *, stream: str, occurrence: str) -> dict[DeliveryState, int]:
    """How many deliveries by state; disjoint, and together the recipients."""
    found = dict.fromkeys(DeliveryState, 0)
    rows = session.execute(
        select(Delivery.state, func.count()).where(Delivery.stream == stream, Delivery.occurrence == occurrence).group_by(Delivery.state)
    ).tuples()
    return found | {DeliveryState(state): count for state, count in rows}


def skipped(session: Session, *, stream: str, occurrence: str) -> dict[SkipReason, int]:
    """Who was left out, by reason."""
    rows = session.execute(
        select(Delivery.reason, func.count())
        .where(Delivery.stream == stream, Delivery.occurrence == occurrence, Delivery.state == DeliveryState.SKIPPED.value)
        .group_by(Delivery.reason)
    ).tuples()
    return {SkipReason(reason): count for reason, count in rows if reason}


def billed_units(session: Session, *, stream: str, occurrence: str) -> dict[str | None, int]:
    """What providers bill for what they were handed: messages, or the parts of text messages; by domain (of phones the calling code)."""
    handed = [DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.UNCERTAIN]
    query = (
        select(Delivery.domain, func.sum(Delivery.units))
        .where(Delivery.stream == stream, Delivery.occurrence == occurrence, Delivery.state.in_([state.value for state in handed]))
        .group_by(Delivery.domain)
    )
    return {domain: int(units) for domain, units in session.execute(query).tuples()}


def next_due(session: Session, *, stream: str, occurrence: str) -> datetime | None:
    """When the next waiting delivery may be tried; None where none waits, the past where one may be now."""
    waiting = and_(Delivery.stream == stream, Delivery.occurrence == occurrence, Delivery.state.in_(_WAITING))
    at_once = select(Delivery.at).where(waiting, Delivery.due_at.is_(None)).limit(1)
    if (some := session.scalar(at_once)) is not None:
        return some
    return session.scalar(select(func.min(Delivery.due_at)).where(waiting))


def deliveries_query(*, stream: str, occurrence: str, state: DeliveryState | None = None) -> Select[Delivery]:
    """The rows of a mailing in the order they were written."""
    query = select(Delivery).where(Delivery.stream == stream, Delivery.occurrence == occurrence).order_by(Delivery.id)
    return query.where(Delivery.state == state.value) if state else query


def addresses_of(session: Session, rows: Mapping[UUID, bytes | None]) -> dict[UUID, str]:
    """The addresses that were sealed into deliveries without a contact."""
    secrets = vault(session)
    return {id_: secrets.open("delivery.address", id_, sealed) for id_, sealed in rows.items() if sealed is not None}


def sealed_addresses(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The addresses of those of `ids` that have no contact."""
    rows: Any = session.execute(select(Delivery.id, Delivery.address).where(Delivery.id.in_(list(ids)), Delivery.address.is_not(None)))
    return addresses_of(session, dict(rows.tuples().all()))
