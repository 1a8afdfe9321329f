"""Rows of the contacts room: people, the keys that name them, consent, suppression, merges.

What names a person is encrypted (``contact.email``, ``contact.phone``, ``contact.name``, ``contact.personal``, ``contact_identity.value``),
with the row's id in the additional data; exact look-up goes by blind index.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base, Sealed, uuid7


def identity_row(kind: str, key_index: bytes) -> str:
    """The row's id in the additional data of a sealed identity."""
    return f"{kind}/{key_index.hex()}"


class Contact(Base):
    """A person. `email` and `phone` are the addresses that are written to; every other key is a `ContactIdentity`."""

    __tablename__ = "contact"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    email: Mapped[bytes | None] = mapped_column(Sealed)
    email_index: Mapped[bytes | None]
    #: domain of the e-mail, lower case: rates and results go by it
    email_domain: Mapped[str | None]
    phone: Mapped[bytes | None] = mapped_column(Sealed)
    phone_index: Mapped[bytes | None]
    #: calling code of the phone, ``+86``: prices and results go by it
    phone_code: Mapped[str | None]
    name: Mapped[bytes | None] = mapped_column(Sealed)
    role: Mapped[str | None] = mapped_column(index=True)
    locale: Mapped[str | None]
    timezone: Mapped[str | None]
    #: columns of imports that are not personal
    attributes: Mapped[dict[str, Any]]
    #: sealed JSON of the attributes declared ``personal: true``
    personal: Mapped[bytes | None] = mapped_column(Sealed)
    created_at: Mapped[datetime] = mapped_column(index=True)
    last_visit: Mapped[datetime | None] = mapped_column(index=True)
    last_sent: Mapped[datetime | None]
    #: set where this person turned out to be another contact; the row stays as it was, for the undo, and is in no list
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), index=True)


class ContactIdentity(Base):
    """One key that names one person: an e-mail, a phone, an openid, the site's user id. `evidence` says where it comes from."""

    __tablename__ = "contact_identity"
    __table_args__ = ({"sqlite_with_rowid": False},)

    kind: Mapped[str] = mapped_column(primary_key=True)
    key_index: Mapped[bytes] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    #: the sealed value, of keys that do not stand in `Contact`
    value: Mapped[bytes | None] = mapped_column(Sealed("kind", "key_index", name=identity_row))
    evidence: Mapped[str]
    at: Mapped[datetime]


class ContactTag(Base):
    """A tag of a contact."""

    __tablename__ = "contact_tag"
    __table_args__ = ({"sqlite_with_rowid": False},)

    tag: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)


class Consent(Base):
    """What a person said about messages of one medium and purpose; the newest counts, and a refusal is a row too."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_current",
            "contact_id",
            "medium",
            "purpose",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        Index("ix_consent_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    medium: Mapped[str]
    purpose: Mapped[str]
    granted: Mapped[bool]
    #: form, import, unsubscribe link, reply …; what proves it
    source: Mapped[str]
    #: version of the text that was agreed to
    text_version: Mapped[str | None]
    evidence: Mapped[str | None]
    at: Mapped[datetime]
    is_current: Mapped[bool]


class Suppression(Base):
    """An address that gets nothing any more. Only its keyed hash is kept, so that it outlives the person's erasure."""

    __tablename__ = "suppression"
    __table_args__ = ({"sqlite_with_rowid": False},)

    medium: Mapped[str] = mapped_column(primary_key=True)
    address_index: Mapped[bytes] = mapped_column(primary_key=True)
    reason: Mapped[str]
    evidence: Mapped[str | None]
    at: Mapped[datetime]


class ContactMerge(Base):
    """Two contacts found to be one person: who was kept, why, and what moved, so that it can be undone. Holds no personal data."""

    __tablename__ = "contact_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    gone: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    evidence: Mapped[str]
    at: Mapped[datetime]
    #: {"identities": [[kind, hex]], "tags": […], "consents": [id], "fields": […]}
    moved: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
