"""Two contacts that turn out to be one person: merged with evidence, and taken apart again where that was wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from growth.contacts.consent import record_consent, statement_of
from growth.contacts.models import Consent, Contact, ContactIdentity, ContactMerge, ContactTag, identity_row
from growth.db import vault
from growth.errors import GrowthError
from growth.language import _

_SEALED = ("email", "phone", "name", "personal")
_ADDRESS = {"email": ("email_index", "email_domain"), "phone": ("phone_index", "phone_code")}
_PLAIN = ("role", "locale", "timezone", "last_visit", "last_sent")


class CannotUndo(GrowthError):
    """The merge was undone already, or one of the two was erased since."""


def merge_contacts(session: Session, *, kept: UUID, gone: UUID, evidence: str, at: datetime) -> int:
    """Make `gone` a part of `kept`; the id of the merge.

    What `kept` lacks it takes over; an address it has already becomes a further key. Statements of consent are joined, the newest counting.
    """
    mine, theirs = session.get_one(Contact, kept), session.get_one(Contact, gone)
    secrets = vault(session)
    before: dict[str, Any] = {"fields": [], "attributes": sorted(set(theirs.attributes) - set(mine.attributes))}
    for name in _SEALED:
        sealed = getattr(theirs, name)
        if sealed is None:
            continue
        value = secrets.open(f"contact.{name}", gone, sealed)
        if getattr(mine, name) is None:
            setattr(mine, name, secrets.seal(f"contact.{name}", kept, value))
            for column in _ADDRESS.get(name, ()):
                setattr(mine, column, getattr(theirs, column))
            before["fields"].append(name)
        elif name in _ADDRESS:
            index = getattr(theirs, f"{name}_index")
            session.execute(
                update(ContactIdentity)
                .where(ContactIdentity.kind == name, ContactIdentity.key_index == index)
                .values(value=secrets.seal("contact_identity.value", identity_row(name, index), value))
            )
    for name in _PLAIN:
        if getattr(mine, name) is None and getattr(theirs, name) is not None:
            setattr(mine, name, getattr(theirs, name))
            before["fields"].append(name)
    mine.attributes = {**theirs.attributes, **mine.attributes}
    before["identities"] = [
        [kind, index.hex()]
        for kind, index in session.execute(
            select(ContactIdentity.kind, ContactIdentity.key_index).where(ContactIdentity.contact_id == gone)
        )
    ]
    session.execute(update(ContactIdentity).where(ContactIdentity.contact_id == gone).values(contact_id=kept))
    before["tags"] = _join_tags(session, kept, gone)
    before["consents"] = _join_consents(session, kept, gone)
    theirs.merged_into = kept
    merge = ContactMerge(kept=kept, gone=gone, evidence=evidence, at=at, moved=before)
    session.add(merge)
    session.flush()
    return merge.id


def undo_merge(session: Session, merge_id: int, *, now: datetime) -> None:
    """Take two contacts apart again: keys, statements and tags go back to whom they came from. Raises CannotUndo."""
    merge = session.get(ContactMerge, merge_id)
    if merge is None or merge.undone_at is not None:
        raise CannotUndo(_("this merge was undone already, or never was"), fix="growth contacts merges")
    kept, gone = session.get(Contact, merge.kept), session.get(Contact, merge.gone)
    if kept is None or gone is None or gone.merged_into != kept.id:
        raise CannotUndo(_("one of the two contacts is not there any more"))
    gone.merged_into = None
    for name in merge.moved["fields"]:
        setattr(kept, name, None)
        for column in _ADDRESS.get(name, ()):
            setattr(kept, column, None)
    kept.attributes = {name: value for name, value in kept.attributes.items() if name not in merge.moved["attributes"]}
    for kind, index in merge.moved["identities"]:
        session.execute(
            update(ContactIdentity)
            .where(ContactIdentity.kind == kind, ContactIdentity.key_index == bytes.fromhex(index))
            .values(contact_id=gone.id, value=None if _stands_in(gone, kind, bytes.fromhex(index)) else ContactIdentity.value)
        )
    session.execute(delete(ContactTag).where(ContactTag.contact_id == kept.id, ContactTag.tag.in_(merge.moved["tags"])))
    session.execute(delete(Consent).where(Consent.id.in_(merge.moved["consents"])))
    _count_anew(session, kept.id)
    merge.undone_at = now
    session.flush()


def _stands_in(row: Contact, kind: str, index: bytes) -> bool:
    return kind in _ADDRESS and getattr(row, f"{kind}_index") == index


def _join_tags(session: Session, kept: UUID, gone: UUID) -> list[str]:
    """Tags that `kept` did not have; `gone` keeps its own rows, for the undo."""
    mine = set(session.scalars(select(ContactTag.tag).where(ContactTag.contact_id == kept)))
    theirs = set(session.scalars(select(ContactTag.tag).where(ContactTag.contact_id == gone)))
    added = sorted(theirs - mine)
    if added:
        session.execute(insert(ContactTag), [{"contact_id": kept, "tag": tag} for tag in added])
    return added


def _join_consents(session: Session, kept: UUID, gone: UUID) -> list[int]:
    """Say for `kept` what `gone` said; the ids of the new rows."""
    of_kept = select(Consent.id).where(Consent.contact_id == kept)
    before = set(session.scalars(of_kept))
    for row in session.scalars(select(Consent).where(Consent.contact_id == gone).order_by(Consent.at, Consent.id)).all():
        record_consent(session, kept, statement_of(row))
    return sorted(set(session.scalars(of_kept)) - before)


def _count_anew(session: Session, contact_id: UUID) -> None:
    """Which statements count, worked out from the history."""
    session.execute(update(Consent).where(Consent.contact_id == contact_id).values(is_current=False))
    newest: dict[tuple[str, str], Consent] = {}
    for row in session.scalars(select(Consent).where(Consent.contact_id == contact_id)):
        best = newest.get((row.medium, row.purpose))
        if best is None or (row.at, not row.granted, row.id) > (best.at, not best.granted, best.id):
            newest[row.medium, row.purpose] = row
    for row in newest.values():
        session.execute(update(Consent).where(Consent.id == row.id).values(is_current=True))
