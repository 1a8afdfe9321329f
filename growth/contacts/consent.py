"""Consent: who may be written to, by which medium and for what. The newest statement counts; a refusal is a statement too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from growth.contacts.address import Medium
from growth.contacts.models import Consent


class Purpose(StrEnum):
    """Why a message is sent (promise 4 of the design)."""

    #: needs a recorded consent for its medium
    MARKETING = "marketing"
    #: about something the person asked for or has a contract on; stopped by a refusal and by suppression
    SERVICE = "service"
    #: to users and addresses of growth.yaml only
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person said. `source` names the form, file, link or reply; `evidence` the row or file that proves it."""

    medium: Medium
    purpose: Purpose
    granted: bool
    source: str
    at: datetime
    text_version: str | None = None
    evidence: str | None = None


def record_consent(session: Session, contact_id: UUID, statement: Statement) -> bool:
    """Keep what a person said; whether it counts now.

    The newest by `at` counts whatever the order of arrival; of two at the same instant the refusal does.
    The same statement twice is one row.
    """
    current = session.execute(
        select(Consent).where(
            Consent.contact_id == contact_id,
            Consent.medium == statement.medium,
            Consent.purpose == statement.purpose,
            Consent.is_current.is_(True),
        )
    ).scalar_one_or_none()
    if current is not None and (current.granted, current.at, current.source) == (statement.granted, statement.at, statement.source):
        return False
    wins = current is None or (statement.at, not statement.granted) > (current.at, not current.granted)
    if wins and current is not None:
        session.execute(update(Consent).where(Consent.id == current.id).values(is_current=False))
        session.flush()
    session.add(
        Consent(
            contact_id=contact_id,
            medium=statement.medium,
            purpose=statement.purpose,
            granted=statement.granted,
            source=statement.source,
            text_version=statement.text_version,
            evidence=statement.evidence,
            at=statement.at,
            is_current=wins,
        )
    )
    session.flush()
    return wins


def consent_of(session: Session, contact_id: UUID, *, medium: Medium, purpose: Purpose) -> Statement | None:
    """What counts now, or None where the person never said anything."""
    row = session.execute(
        select(Consent).where(
            Consent.contact_id == contact_id, Consent.medium == medium, Consent.purpose == purpose, Consent.is_current.is_(True)
        )
    ).scalar_one_or_none()
    return statement_of(row) if row else None


def consent_history(session: Session, contact_id: UUID) -> list[Statement]:
    """Everything the person ever said, newest first."""
    rows = session.scalars(select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.at.desc(), Consent.id.desc()))
    return [statement_of(row) for row in rows]


def count_refusals(session: Session, *, evidence: str, since: datetime, until: datetime) -> int:
    """How many people said no with that evidence (``campaign:monthly``) within a span."""
    query = select(func.count(Consent.contact_id.distinct())).where(
        Consent.evidence == evidence, Consent.granted.is_(False), Consent.at >= since, Consent.at < until
    )
    return session.scalar(query) or 0


def statement_of(row: Consent) -> Statement:
    """The statement in a row."""
    return Statement(
        medium=Medium(row.medium),
        purpose=Purpose(row.purpose),
        granted=row.granted,
        source=row.source,
        at=row.at,
        text_version=row.text_version,
        evidence=row.evidence,
    )
