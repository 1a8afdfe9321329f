"""Suppression: addresses that get nothing any more, kept as keyed hashes so that the list outlives the people on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from growth.contacts.address import Medium
from growth.contacts.models import Suppression
from growth.db import table_of, vault


class SuppressionReason(StrEnum):
    """Why an address gets nothing any more."""

    #: the person asked to be left alone altogether
    REFUSED = "refused"
    #: the person's data was erased after a refusal
    ERASED = "erased"
    #: the mailbox or number does not exist
    HARD_BOUNCE = "hard-bounce"
    #: the person reported a message as spam
    COMPLAINT = "complaint"
    #: answered 退订 or R to a text message
    REPLIED_STOP = "replied-stop"
    #: put there by hand
    MANUAL = "manual"


#: what a person may take back by confirming a new subscription from the address itself
LIFTED_BY_CONFIRMATION = (SuppressionReason.REFUSED, SuppressionReason.ERASED, SuppressionReason.REPLIED_STOP)
#: the heaviest of several reasons is the one that is kept, whichever came first; the person's own are the lightest, and equal
_WEIGHTS = {
    **dict.fromkeys(LIFTED_BY_CONFIRMATION, 0),
    SuppressionReason.MANUAL: 1,
    SuppressionReason.HARD_BOUNCE: 2,
    SuppressionReason.COMPLAINT: 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """One entry of the list."""

    reason: SuppressionReason
    at: datetime
    evidence: str | None


def address_index(session: Session, medium: Medium, address: str) -> bytes:
    """The keyed hash by which a normal address is known in all tables."""
    return vault(session).index(medium.key, address)


def suppress(
    session: Session,
    *,
    medium: Medium,
    address_index: bytes,
    reason: SuppressionReason,
    at: datetime,
    evidence: str | None = None,
) -> bool:
    """Put an address on the list; False where it stood there already.

    A heavier reason takes the place of a lighter one (`_WEIGHTS`): news comes in any order, and the same must stand there in the end.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    table = table_of(Suppression)
    values = {"medium": str(medium), "address_index": address_index, "reason": str(reason), "at": at, "evidence": evidence}
    statement = insert(table).values(values).on_conflict_do_nothing().returning(table.c.medium)
    if session.scalar(statement) is not None:
        return True
    lighter = [str(each) for each, weight in _WEIGHTS.items() if weight < _WEIGHTS[reason]]
    if lighter:
        session.execute(
            update(Suppression)
            .where(
                Suppression.medium == str(medium),
                Suppression.address_index == address_index,
                Suppression.reason.in_(lighter),
            )
            .values(reason=str(reason), at=at, evidence=evidence)
        )
    return False


def suppression_of(session: Session, *, medium: Medium, address_index: bytes) -> Suppressed | None:
    """Why the address is on the list, or None."""
    row = session.get(Suppression, (str(medium), address_index))
    return Suppressed(reason=SuppressionReason(row.reason), at=row.at, evidence=row.evidence) if row else None


def suppressed(session: Session, *, medium: Medium, address_indexes: Iterable[bytes]) -> set[bytes]:
    """Which of the addresses are on the list."""
    wanted = list(address_indexes)
    return set(
        session.scalars(select(Suppression.address_index).where(Suppression.medium == medium, Suppression.address_index.in_(wanted)))
    )


def lift_by_confirmation(session: Session, *, medium: Medium, address_index: bytes) -> bool:
    """The person confirmed a new subscription from the address itself: their own refusal ends, a bounce or complaint does not."""
    gone = session.scalars(
        delete(Suppression)
        .where(
            Suppression.medium == medium,
            Suppression.address_index == address_index,
            Suppression.reason.in_([str(reason) for reason in LIFTED_BY_CONFIRMATION]),
        )
        .returning(Suppression.reason)
    )
    return gone.first() is not None


def suppression_counts(session: Session) -> dict[tuple[str, str], int]:
    """How many addresses by (medium, reason)."""
    rows = session.execute(select(Suppression.medium, Suppression.reason, func.count()).group_by(Suppression.medium, Suppression.reason))
    return {(medium, reason): count for medium, reason, count in rows}


def count_suppressed(session: Session, *, reason: SuppressionReason, evidence: str) -> int:
    """How many addresses are on the list for that reason with that evidence (``campaign:monthly/2026-11``)."""
    query = select(func.count()).select_from(Suppression).where(Suppression.reason == str(reason), Suppression.evidence == evidence)
    return session.scalar(query) or 0
