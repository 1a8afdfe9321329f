"""A person as other rooms see one (`ContactView`), and what is learned about one (`PersonFacts`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from growth.contacts.address import Medium, read_address
from growth.contacts.consent import Statement
from growth.contacts.models import Contact, ContactIdentity, ContactTag, identity_row
from growth.db import table_of, vault
from growth.errors import GrowthError
from growth.language import _
from growth.security import Vault, mask_email, mask_name, mask_phone

#: what a view is made of. Statements made once, over the tables: rows as objects of their own would take longer than to open them
_VIEWED = select(
    *(
        table_of(Contact).c[name]
        for name in ("id", "email", "phone", "name", "role", "locale", "timezone", "attributes", "personal", "created_at", "last_visit")
    ),
    table_of(Contact).c.last_sent,
).where(table_of(Contact).c.id.in_(bindparam("people", expanding=True)))
_TAGGED = (
    select(table_of(ContactTag).c.contact_id, table_of(ContactTag).c.tag)
    .where(table_of(ContactTag).c.contact_id.in_(bindparam("people", expanding=True)))
    .order_by(table_of(ContactTag).c.tag)
)


class UnknownContact(GrowthError):
    """Nobody has that address or id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What a row, a form or the site says about a person; addresses in normal form. What is None or empty is not said.

    `keys` are further (kind, value) pairs that name the person: ``("openid", …)``, ``("signup", the site's own id)``.
    """

    email: str | None = None
    phone: str | None = None
    name: str | None = None
    role: str | None = None
    locale: str | None = None
    timezone: str | None = None
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, Any] = field(default_factory=dict)
    consents: tuple[Statement, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    evidence: str

    def identities(self) -> list[tuple[str, str]]:
        """Every (kind, value) that names the person."""
        found = [("email", self.email), ("phone", self.phone), *self.keys]
        return [(kind, value) for kind, value in found if value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """A person, opened. Texts are personal data: mask them before they are shown."""

    id: UUID
    email: str | None
    phone: str | None
    name: str | None
    role: str | None
    tags: tuple[str, ...]
    locale: str | None
    timezone: str | None
    attributes: Mapping[str, Any]
    personal: Mapping[str, Any]
    created_at: datetime
    last_visit: datetime | None
    last_sent: datetime | None

    def address(self, medium: Medium) -> str | None:
        """The address for a medium; WeChat's is an identity (`openids_of`)."""
        return {Medium.EMAIL: self.email, Medium.SMS: self.phone}.get(medium)

    def masked(self) -> ContactView:
        """The same person, recognisable and no more."""
        return ContactView(
            id=self.id,
            email=mask_email(self.email) if self.email else None,
            phone=mask_phone(self.phone) if self.phone else None,
            name=mask_name(self.name) if self.name else None,
            role=self.role,
            tags=self.tags,
            locale=self.locale,
            timezone=self.timezone,
            attributes=self.attributes,
            personal=dict.fromkeys(self.personal, "***"),
            created_at=self.created_at,
            last_visit=self.last_visit,
            last_sent=self.last_sent,
        )


def find_contact(session: Session, text: str) -> UUID:
    """The contact with that e-mail, phone or id. Raises BadAddress or UnknownContact."""
    if "@" not in text and text.count("-") == 4:
        try:
            wanted = UUID(text)
        except ValueError:
            pass
        else:
            return live_id(session, wanted)
    medium, address = read_address(text)
    found = contact_of_key(session, kind=medium.key, value=address)
    if found is None:
        raise UnknownContact(_("nobody has this address"), fix=_("growth contacts list shows who there is"))
    return found


def contact_of_key(session: Session, *, kind: str, value: str) -> UUID | None:
    """The contact that the key names (``email``, ``phone``, ``openid``, ``signup``), its value in normal form."""
    return session.scalar(
        select(ContactIdentity.contact_id).where(
            ContactIdentity.kind == kind, ContactIdentity.key_index == vault(session).index(kind, value)
        )
    )


def contacts_with(session: Session, *, kind: str) -> set[UUID]:
    """The contacts that have a key of that kind: ``signup`` for those who registered at the site."""
    return set(session.scalars(select(ContactIdentity.contact_id).where(ContactIdentity.kind == kind).distinct()))


def live_id(session: Session, contact_id: UUID) -> UUID:
    """The contact that `contact_id` is now, merges followed. Raises UnknownContact."""
    for _step in range(20):
        row = session.execute(select(Contact.id, Contact.merged_into).where(Contact.id == contact_id)).first()
        if row is None:
            break
        if row.merged_into is None:
            return contact_id
        contact_id = row.merged_into
    raise UnknownContact(_("there is no such contact"), fix=_("growth contacts list shows who there is"))


def all_ids(session: Session, contact_id: UUID) -> list[UUID]:
    """The contact and all that were merged into it: touches and deliveries of the past carry their ids."""
    found, look = [contact_id], [contact_id]
    while look:
        look = list(session.scalars(select(Contact.id).where(Contact.merged_into.in_(look))))
        found += look
    return found


def keys_of(session: Session, contact_id: UUID) -> list[tuple[str, str | None]]:
    """(kind, value) of every key that names the contact; a value that stands in the contact itself is opened from there."""
    view = contact(session, contact_id)
    secrets = vault(session)
    own = {("email", secrets.index("email", view.email)): view.email} if view.email else {}
    if view.phone:
        own["phone", secrets.index("phone", view.phone)] = view.phone
    rows = session.scalars(select(ContactIdentity).where(ContactIdentity.contact_id == contact_id).order_by(ContactIdentity.kind))
    found: list[tuple[str, str | None]] = []
    for row in rows:
        value = own.get((row.kind, row.key_index))
        if value is None and row.value is not None:
            value = secrets.open("contact_identity.value", identity_row(row.kind, row.key_index), row.value)
        found.append((row.kind, value))
    return found


def contact(session: Session, contact_id: UUID) -> ContactView:
    """One person, opened. Raises UnknownContact."""
    found = contacts(session, [live_id(session, contact_id)])
    return found[0]


def contacts(session: Session, ids: Sequence[UUID]) -> list[ContactView]:
    """People, opened, in the order of `ids`; ids of nobody are left out."""
    connection, people = session.connection(), {"people": list(ids)}
    rows = {row.id: row for row in connection.execute(_VIEWED, people).all()}
    tags: dict[UUID, list[str]] = {}
    for contact_id, tag in connection.execute(_TAGGED, people).all():
        tags.setdefault(contact_id, []).append(tag)
    secrets = vault(session)
    return [opened(secrets, rows[each], tuple(tags.get(each, ()))) for each in ids if each in rows]


def openids_of(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The openid by which each of these people is written to, the one that `reach_query` chose; who has none is left out."""
    query = select(ContactIdentity.contact_id, ContactIdentity.key_index, ContactIdentity.value).where(
        ContactIdentity.kind == Medium.WECHAT.key, ContactIdentity.contact_id.in_(ids), ContactIdentity.value.is_not(None)
    )
    found: dict[UUID, str] = {}
    rows: Any = session.execute(query.order_by(ContactIdentity.key_index.desc()))
    # the least key comes last, and stays
    for contact_id, index, sealed in rows:
        found[contact_id] = vault(session).open("contact_identity.value", identity_row(Medium.WECHAT.key, index), sealed)
    return found


def identities(*, kind: str) -> Select[UUID, bytes]:
    """Who has which key of that kind: ``contact_id``, ``key_index`` (the keyed hash of the value)."""
    return select(ContactIdentity.contact_id, ContactIdentity.key_index).where(ContactIdentity.kind == kind)


def add_key(session: Session, contact_id: UUID, *, kind: str, value: str, evidence: str, at: datetime) -> bool:
    """A further key of a person; False where somebody has it already, who keeps it."""
    index = vault(session).index(kind, value)
    if session.get(ContactIdentity, (kind, index)) is not None:
        return False
    sealed = vault(session).seal("contact_identity.value", identity_row(kind, index), value)
    session.add(ContactIdentity(kind=kind, key_index=index, contact_id=contact_id, value=sealed, evidence=evidence, at=at))
    session.flush()
    return True


def opened(secrets: Vault, row: Any, tags: tuple[str, ...]) -> ContactView:
    """A row with its sealed fields opened."""

    def field_(name: str) -> str | None:
        sealed = getattr(row, name)
        return None if sealed is None else secrets.open(f"contact.{name}", row.id, sealed)

    personal = field_("personal")
    return ContactView(
        id=row.id,
        email=field_("email"),
        phone=field_("phone"),
        name=field_("name"),
        role=row.role,
        tags=tags,
        locale=row.locale,
        timezone=row.timezone,
        attributes=row.attributes,
        personal=json.loads(personal) if personal else {},
        created_at=row.created_at,
        last_visit=row.last_visit,
        last_sent=row.last_sent,
    )
