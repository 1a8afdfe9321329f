"""Erasing a person everywhere, with a certificate; what stays is the keyed hash of addresses that must not be written to again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from growth.accounts import record
from growth.app import handed
from growth.contacts.address import Medium
from growth.contacts.consent import Purpose, consent_of
from growth.contacts.models import Consent, Contact, ContactIdentity, ContactMerge, ContactTag
from growth.contacts.person import all_ids, contact, keys_of, live_id
from growth.contacts.suppression import SuppressionReason, suppress
from growth.db import Database
from growth.language import Text


class PersonalData(Protocol):
    """What a room hands over as `App.personal_data`: what it knows of a person, how it forgets, and what it must keep."""

    #: what the room calls its data, for notice and certificate
    title: Text
    #: why something stays, for how long; None where nothing does
    keep: Text | None

    def export(self, session: Session, contact_id: UUID) -> Mapping[str, Any]:
        """Everything the room knows of the person, as JSON."""
        ...

    def erase(self, session: Session, contact_id: UUID, *, now: datetime) -> int:
        """Forget the person; how many rows went or lost their personal part."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What an erasure did: rows by room, and what stays with the reason. Names the person only by the contact's id."""

    contact: UUID
    at: datetime
    reason: str
    actor: str
    erased: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    audit_entry: int = 0

    def as_json(self) -> dict[str, Any]:
        """The certificate as one document."""
        return {
            "contact": self.contact,
            "at": self.at,
            "reason": self.reason,
            "actor": self.actor,
            "erased": dict(self.erased),
            "kept": dict(self.kept),
            "audit_log": str(self.audit_entry),
        }


def erase_contact(session: Session, contact_id: UUID, *, now: datetime, actor: str, reason: str) -> Certificate:
    """Erase a person in every room, within the caller's transaction; the contact itself last. Raises UnknownContact."""
    contact_id = live_id(session, contact_id)
    database: Database = session.info["database"]
    erased: dict[str, int] = {}
    kept: dict[str, str] = {}
    rooms: list[PersonalData] = handed(database.workspace.apps, "personal_data")
    for room in sorted(rooms, key=lambda each: isinstance(each, ContactsData)):
        erased[str(room.title)] = room.erase(session, contact_id, now=now)
        if room.keep is not None:
            kept[str(room.title)] = str(room.keep)
    entry = record(
        session,
        actor=actor,
        action="contact.erase",
        subject=f"contact:{contact_id}",
        detail={"erased": erased, "kept": sorted(kept)},
        reason=reason,
        now=now,
    )
    return Certificate(contact=contact_id, at=now, reason=reason, actor=actor, erased=erased, kept=kept, audit_entry=entry)


def export_person(session: Session, contact_id: UUID) -> dict[str, Any]:
    """Everything that is known of a person, by room, unmasked: the answer to a request for one's data."""
    database: Database = session.info["database"]
    rooms: list[PersonalData] = handed(database.workspace.apps, "personal_data")
    return {str(room.title): room.export(session, contact_id) for room in rooms}


class ContactsData:
    """The contacts room's own part."""

    title = Text("Contacts", "联系人")
    keep = Text(
        "keyed hashes of addresses that said no or bounced, so that nobody writes to them again",
        "已拒收或退信地址的加密哈希，仅用于不再打扰",
    )

    def export(self, session: Session, contact_id: UUID) -> Mapping[str, Any]:
        """The person, their keys, and what they said."""
        person = contact(session, contact_id)
        statements = session.scalars(select(Consent).where(Consent.contact_id == person.id).order_by(Consent.at))
        return {
            "contact": person,
            "keys": [{"kind": kind, "value": value} for kind, value in keys_of(session, person.id)],
            "consent": [
                {"medium": row.medium, "purpose": row.purpose, "granted": row.granted, "source": row.source, "at": row.at}
                for row in statements
            ],
        }

    def erase(self, session: Session, contact_id: UUID, *, now: datetime) -> int:
        """Everything goes. Where the person had refused, their addresses are suppressed first: an old list must not bring them back."""
        ids = all_ids(session, contact_id)
        self._suppress_refused(session, contact_id, now=now)
        merges = session.execute(
            delete(ContactMerge).where(or_(ContactMerge.kept.in_(ids), ContactMerge.gone.in_(ids))).returning(ContactMerge.id)
        ).all()
        rows = len(merges)
        for model in (ContactIdentity, ContactTag, Consent):
            rows += len(session.execute(delete(model).where(model.contact_id.in_(ids)).returning(model.contact_id)).all())
        session.execute(update(Contact).where(Contact.id.in_(ids)).values(merged_into=None))
        return rows + len(session.execute(delete(Contact).where(Contact.id.in_(ids)).returning(Contact.id)).all())

    def _suppress_refused(self, session: Session, contact_id: UUID, *, now: datetime) -> None:
        for medium in (Medium.EMAIL, Medium.SMS):
            said = consent_of(session, contact_id, medium=medium, purpose=Purpose.MARKETING)
            if said is None or said.granted:
                continue
            indexes = session.scalars(
                select(ContactIdentity.key_index).where(ContactIdentity.contact_id == contact_id, ContactIdentity.kind == medium.key)
            ).all()
            for index in indexes:
                suppress(session, medium=medium, address_index=index, reason=SuppressionReason.ERASED, at=now)


PERSONAL_DATA = ContactsData()
