"""What became of a mailing: states, opens, by variant and by domain; who received and opened, for segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from growth.messaging.models import Delivery, Mailing
from growth.messaging.state import OPEN_STATES, SENT_STATES, DeliveryState, MailingState

_HANDED = [DeliveryState.ACCEPTED.value, DeliveryState.DELIVERED.value, DeliveryState.BOUNCED.value, DeliveryState.UNCERTAIN.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One line of results. `handed_over`: what the provider took or may have taken; opens are people, each once."""

    recipients: int = 0
    handed_over: int = 0
    delivered: int = 0
    bounced: int = 0
    rejected: int = 0
    uncertain: int = 0
    skipped: int = 0
    left: int = 0
    opened: int = 0
    #: opened by a mailbox's proxy or a scanner, and by nobody else
    machine_opened: int = 0


def tally(session: Session, *, stream: str, occurrence: str) -> Tally:
    """A mailing as a whole."""
    return tallies(session, stream=stream, occurrence=occurrence, by=None).get(None, Tally())


def tallies(session: Session, *, stream: str, occurrence: str, by: Literal["variant", "domain"] | None) -> Mapping[str | None, Tally]:
    """A mailing by variant (None: the original) or by the recipients' domain."""
    group: Any = {"variant": Delivery.variant, "domain": Delivery.domain}.get(by or "", Delivery.stream)
    machine_only = Delivery.machine_opened_at.is_not(None) & Delivery.opened_at.is_(None)
    rows = session.execute(
        select(
            group,
            Delivery.state,
            func.count(),
            func.count(Delivery.opened_at),
            func.count().filter(machine_only),
        )
        .where(Delivery.stream == stream, Delivery.occurrence == occurrence)
        .group_by(group, Delivery.state)
    ).tuples()
    sums: dict[str | None, dict[str, int]] = {}
    for name, state, count, opened, machine in rows:
        key = name if by else None
        found = sums.setdefault(key, dict.fromkeys(Tally.__slots__, 0))
        found["recipients"] += count
        found["opened"] += opened
        found["machine_opened"] += machine
        if state in _HANDED:
            found["handed_over"] += count
        for own in ("delivered", "bounced", "rejected", "uncertain", "skipped"):
            if state == own:
                found[own] += count
        if state in ("pending", "submitting", "retrying"):
            found["left"] += count
    return {name: Tally(**found) for name, found in sums.items()}


def started_between(session: Session, *, kind: str, since: datetime, until: datetime) -> list[tuple[str, str]]:
    """(stream, occurrence) of the mailings of a kind (``campaign``) that began within a span, in that order."""
    query = (
        select(Mailing.stream, Mailing.occurrence)
        .where(Mailing.stream.startswith(f"{kind}:", autoescape=True), Mailing.started_at >= since, Mailing.started_at < until)
        .order_by(Mailing.started_at)
    )
    return list(session.execute(query).tuples())


def in_doubt(session: Session) -> list[tuple[str, str, int, datetime]]:
    """(stream, occurrence, how many, since when) of mailings with deliveries whose fate is unknown, newest first."""
    query = (
        select(Delivery.stream, Delivery.occurrence, func.count(), func.max(Delivery.at))
        .where(Delivery.state == DeliveryState.UNCERTAIN.value)
        .group_by(Delivery.stream, Delivery.occurrence)
        .order_by(func.max(Delivery.at).desc())
    )
    return list(session.execute(query).tuples())


def open_totals(session: Session) -> dict[DeliveryState, int]:
    """How many deliveries of running mailings are pending, submitting or retrying."""
    found = dict.fromkeys(OPEN_STATES, 0)
    query = (
        select(Delivery.state, func.count())
        .join(Mailing, (Mailing.stream == Delivery.stream) & (Mailing.occurrence == Delivery.occurrence))
        .where(Mailing.state == MailingState.SENDING.value, Delivery.state.in_([state.value for state in OPEN_STATES]))
        .group_by(Delivery.state)
    )
    return found | {DeliveryState(state): count for state, count in session.execute(query).tuples()}


def received_by(*streams: str, since: datetime | None = None) -> Select[UUID | None]:
    """A Select of the contacts who were sent a message of one of the streams."""
    query = select(Delivery.contact_id).where(
        Delivery.stream.in_(streams),
        Delivery.state.in_([state.value for state in SENT_STATES]),
        Delivery.contact_id.is_not(None),
    )
    return query if since is None else query.where(Delivery.submitted_at >= since)


def opened_by(*streams: str, since: datetime | None = None) -> Select[UUID | None]:
    """A Select of the contacts who opened a message of one of the streams themselves."""
    query = select(Delivery.contact_id).where(
        Delivery.stream.in_(streams), Delivery.opened_at.is_not(None), Delivery.contact_id.is_not(None)
    )
    return query if since is None else query.where(Delivery.opened_at >= since)


def by_variant(session: Session, *, stream: str, occurrence: str, among: Select[UUID | None]) -> Mapping[str | None, int]:
    """How many of the contacts `among` were sent each variant (None: the original)."""
    query = select(Delivery.variant, func.count(Delivery.contact_id.distinct())).where(
        Delivery.stream == stream,
        Delivery.occurrence == occurrence,
        Delivery.state.in_(_HANDED),
        Delivery.contact_id.in_(among),
    )
    return dict(session.execute(query.group_by(Delivery.variant)).tuples().all())


def last_handed_over(session: Session, *, stream: str, occurrence: str, without: str) -> tuple[datetime | None, bool]:
    """When the last message but those of the variant `without` was handed over, and whether some of them were not tried yet."""
    mine = (Delivery.stream == stream, Delivery.occurrence == occurrence, func.coalesce(Delivery.variant, "") != without)
    untried = select(Delivery.id).where(*mine, Delivery.state.in_([DeliveryState.PENDING.value, DeliveryState.SUBMITTING.value])).limit(1)
    return session.scalar(select(func.max(Delivery.submitted_at)).where(*mine)), session.scalar(untried) is not None
