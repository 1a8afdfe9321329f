"""Rows of the messaging room: the ledger, the mailings it belongs to, paces, feedback that was seen, mailboxes, broken providers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base, Sealed, uuid7


class Mailing(Base):
    """One occurrence of a stream: a campaign's period, a survey's round. Says whether its deliveries may be worked on."""

    __tablename__ = "mailing"

    stream: Mapped[str] = mapped_column(primary_key=True)
    occurrence: Mapped[str] = mapped_column(primary_key=True)
    medium: Mapped[str]
    purpose: Mapped[str]
    state: Mapped[str]
    #: how many deliveries it has, once frozen
    recipients: Mapped[int] = mapped_column(default=0)
    #: why it stands still
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Delivery(Base):
    """One message to one address: at most one a stream, occurrence and medium. States are in state.py."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("stream", "occurrence", "medium", "address_index"),
        Index("ix_delivery_work", "stream", "occurrence", "state", "domain"),
        Index(
            "ix_delivery_cap",
            "address_index",
            "submitted_at",
            sqlite_where=text("submitted_at IS NOT NULL"),
            postgresql_where=text("submitted_at IS NOT NULL"),
        ),
        Index("ix_delivery_contact_id", "contact_id"),
        Index(
            "ix_delivery_uncertain",
            "stream",
            "occurrence",
            sqlite_where=text("state = 'uncertain'"),
            postgresql_where=text("state = 'uncertain'"),
        ),
        Index(
            "ix_delivery_provider_id",
            "provider_id",
            sqlite_where=text("provider_id IS NOT NULL"),
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    stream: Mapped[str]
    occurrence: Mapped[str]
    medium: Mapped[str]
    #: the address's keyed hash (growth.contacts.address_index); a random one once the person is erased
    address_index: Mapped[bytes]
    purpose: Mapped[str]
    contact_id: Mapped[UUID | None]
    #: the sealed address, where no contact has it
    address: Mapped[bytes | None] = mapped_column(Sealed)
    domain: Mapped[str | None]
    variant: Mapped[str | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    #: what is billed for it: parts of a text message, else 1
    units: Mapped[int] = mapped_column(default=1)
    #: times it was handed to a provider
    attempts: Mapped[int] = mapped_column(default=0)
    #: the process that works on it, until when
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    #: not before; None is at once
    due_at: Mapped[datetime | None]
    provider: Mapped[str | None]
    provider_id: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    #: of the last change of state
    at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    #: opened by a machine (a mailbox's proxy, a scanner)
    machine_opened_at: Mapped[datetime | None]


class Pace(Base):
    """How fast something may be sent, shared by all processes: the instant at which the next one is due (GCRA)."""

    __tablename__ = "pace"

    key: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]


class FeedbackSeen(Base):
    """An event of a provider that had its effect already; a repeat has none."""

    __tablename__ = "feedback_seen"
    __table_args__ = ({"sqlite_with_rowid": False},)

    provider: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class MailboxRead(Base):
    """How far a mailbox of returned mail was read."""

    __tablename__ = "mailbox_read"

    #: ``user@host/folder``
    mailbox: Mapped[str] = mapped_column(primary_key=True)
    #: UIDVALIDITY (RFC 3501 §2.3.1.1): another one means that the numbers begin anew
    validity: Mapped[int]
    last_uid: Mapped[int]
    at: Mapped[datetime]


class ProviderFault(Base):
    """A provider that could not be used when it was tried last (breaker.py)."""

    __tablename__ = "provider_fault"

    provider: Mapped[str] = mapped_column(primary_key=True)
    #: tries in vain
    faults: Mapped[int]
    since: Mapped[datetime]
    retry_at: Mapped[datetime]
    reason: Mapped[str]
