"""Keeping what is learned about people: who is meant, what is new, what two keys prove to be one person.

One path for imports, forms and the site's sign-ups. Facts come in batches, since an import has a million of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from growth.contacts.address import calling_code, domain_of
from growth.contacts.consent import Statement, record_consent
from growth.contacts.merging import merge_contacts
from growth.contacts.models import Consent, Contact, ContactIdentity, ContactTag, identity_row
from growth.contacts.person import PersonFacts
from growth.db import insert_all, table_of, uuid7, vault
from growth.security import Vault


class Outcome(StrEnum):
    """What facts did to the people that are known."""

    #: somebody new
    CREATED = "created"
    #: something about somebody known was new
    UPDATED = "updated"
    #: nothing new
    UNCHANGED = "unchanged"


#: fields that are compared as they stand
_PLAIN = ("role", "locale", "timezone")
_Key = tuple[str, bytes]


@dataclass(slots=True, eq=False)
class _Person:
    """A contact while a batch is worked on."""

    id: UUID
    is_new: bool = False
    changed: bool = False
    #: an earlier row of the same file spoke of this person: later ones add, but change nothing
    settled: bool = False
    created_at: datetime | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    name: str | None = None
    personal: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    new_tags: set[str] = field(default_factory=set)
    consents: dict[tuple[str, str], tuple[bool, datetime]] = field(default_factory=dict)
    new_consents: list[Statement] = field(default_factory=list)


@dataclass(slots=True)
class Known:
    """What one import has settled so far: contacts of which a row spoke already. One is made for each import.

    A `dry` import writes nothing and holds its people in memory instead, so that later rows are judged as they would be.
    """

    settled: set[UUID] = field(default_factory=set)
    dry: bool = False
    by_key: dict[_Key, UUID] = field(default_factory=dict)
    people: dict[UUID, _Person] = field(default_factory=dict)


def remember(session: Session, facts: PersonFacts, *, now: datetime) -> UUID:
    """Keep what is learned about one person; the contact's id. Two contacts that a key proves to be one are merged, the older kept."""
    found = _keep(session, [facts], now=now, known=None, lifts_refusals=True)
    return found[0][1]


def keep_batch(session: Session, batch: Sequence[PersonFacts], *, now: datetime, known: Known) -> list[Outcome]:
    """Keep the rows of an import, in order; what each did. Consents given in a file never lift a refusal."""
    return [outcome for outcome, _id in _keep(session, batch, now=now, known=known, lifts_refusals=False)]


def _keep(
    session: Session, batch: Sequence[PersonFacts], *, now: datetime, known: Known | None, lifts_refusals: bool
) -> list[tuple[Outcome, UUID]]:
    secrets = vault(session)
    keys = [[(kind, secrets.index(kind, value)) for kind, value in facts.identities()] for facts in batch]
    work = _Work(session, secrets, now, known, lifts_refusals)
    work.look_up({key for each in keys for key in each})
    found = [work.take(facts, own) for facts, own in zip(batch, keys, strict=True)]
    work.write()
    if known is not None and not known.dry:
        known.settled |= {person.id for person in work.people.values() if person.settled and person.created_at != now}
    return found


class _Work:
    """One batch: who is known, and what is to be written at its end."""

    def __init__(self, session: Session, secrets: Vault, now: datetime, known: Known | None, lifts_refusals: bool) -> None:
        self.session = session
        self.secrets = secrets
        self.now = now
        self.known = known
        self.lifts_refusals = lifts_refusals
        self.dry = known is not None and known.dry
        self.by_key: dict[_Key, UUID] = known.by_key if known and known.dry else {}
        self.people: dict[UUID, _Person] = known.people if known and known.dry else {}
        self.identities: list[dict[str, Any]] = []

    def look_up(self, keys: Iterable[_Key]) -> None:
        """Find the contacts behind the keys, and what is known about them."""
        by_kind: dict[str, list[bytes]] = {}
        for kind, index in keys:
            if (kind, index) not in self.by_key:
                by_kind.setdefault(kind, []).append(index)
        for kind, indexes in by_kind.items():
            rows = self.session.execute(
                select(ContactIdentity.key_index, ContactIdentity.contact_id).where(
                    ContactIdentity.kind == kind, ContactIdentity.key_index.in_(indexes)
                )
            )
            for index, contact_id in rows:
                self.by_key[kind, index] = contact_id
        self.load(set(self.by_key.values()) - set(self.people))

    def load(self, ids: set[UUID]) -> None:
        """Read contacts into memory."""
        if not ids:
            return
        for row in self.session.scalars(select(Contact).where(Contact.id.in_(ids))):
            name = self.secrets.open("contact.name", row.id, row.name) if row.name else None
            personal = self.secrets.open("contact.personal", row.id, row.personal) if row.personal else None
            self.people[row.id] = _Person(
                id=row.id,
                settled=self.known is not None and (row.id in self.known.settled or row.created_at == self.now),
                created_at=row.created_at,
                columns={
                    "email": row.email,
                    "email_index": row.email_index,
                    "email_domain": row.email_domain,
                    "phone": row.phone,
                    "phone_index": row.phone_index,
                    "phone_code": row.phone_code,
                    "role": row.role,
                    "locale": row.locale,
                    "timezone": row.timezone,
                },
                name=name,
                personal=json.loads(personal) if personal else {},
                attributes=dict(row.attributes),
            )
        for contact_id, tag in self.session.execute(select(ContactTag.contact_id, ContactTag.tag).where(ContactTag.contact_id.in_(ids))):
            self.people[contact_id].tags.add(tag)
        rows = self.session.execute(
            select(Consent.contact_id, Consent.medium, Consent.purpose, Consent.granted, Consent.at).where(
                Consent.contact_id.in_(ids), Consent.is_current.is_(True)
            )
        )
        for contact_id, medium, purpose, granted, at in rows:
            self.people[contact_id].consents[medium, purpose] = (granted, at)

    def take(self, facts: PersonFacts, keys: list[_Key]) -> tuple[Outcome, UUID]:
        """Work one row in."""
        ids = list(dict.fromkeys(self.by_key[key] for key in keys if key in self.by_key))
        merged = len(ids) > 1
        if merged:
            ids = [self._merge(ids, facts.evidence)]
        person = self.people[ids[0]] if ids else self._new()
        fresh = not person.settled
        changed = self._take_addresses(person, facts, keys, fresh)
        changed |= self._take_fields(person, facts, fresh)
        changed |= self._take_consents(person, facts)
        if self.known is not None:
            person.settled = True
        if not ids:
            return Outcome.CREATED, person.id
        if changed:
            person.changed = True
        return (Outcome.UPDATED if changed or merged else Outcome.UNCHANGED), person.id

    def _new(self) -> _Person:
        person = _Person(id=uuid7(), is_new=True, created_at=self.now)
        person.columns = dict.fromkeys(("email", "email_index", "email_domain", "phone", "phone_index", "phone_code", *_PLAIN))
        self.people[person.id] = person
        return person

    def _merge(self, ids: list[UUID], evidence: str) -> UUID:
        """Several keys of one row name several contacts: they are one person. What is in memory is written first and read again after."""
        kept = min(ids, key=lambda each: (self.people[each].created_at, each.int))
        for key, owner in list(self.by_key.items()):
            if owner in ids:
                self.by_key[key] = kept
        if self.dry:
            return kept
        self.write()
        for gone in ids:
            if gone != kept:
                merge_contacts(self.session, kept=kept, gone=gone, evidence=evidence, at=self.now)
        settled = any(self.people[each].settled for each in ids)
        for each in ids:
            del self.people[each]
        self.session.expire_all()
        self.load({kept})
        self.people[kept].settled = settled
        return kept

    def _take_addresses(self, person: _Person, facts: PersonFacts, keys: list[_Key], fresh: bool) -> bool:
        """New keys are kept; the address that is written to changes only where this row is the first to speak of the person."""
        changed = False
        values = facts.identities()
        for (kind, index), (_kind, value) in zip(keys, values, strict=True):
            known = (kind, index) in self.by_key
            if kind in ("email", "phone") and person.columns[f"{kind}_index"] != index and (fresh or person.columns[kind] is None):
                self._step_back(person, kind)
                person.columns[kind] = self.secrets.seal(f"contact.{kind}", person.id, value)
                person.columns[f"{kind}_index"] = index
                if kind == "email":
                    person.columns["email_domain"] = domain_of(value)
                else:
                    person.columns["phone_code"] = calling_code(value)
                changed = True
            if not known:
                self.by_key[kind, index] = person.id
                own_column = kind in ("email", "phone") and person.columns[f"{kind}_index"] == index
                self.identities.append(
                    {
                        "kind": kind,
                        "key_index": index,
                        "contact_id": person.id,
                        "value": None if own_column else self.secrets.seal("contact_identity.value", identity_row(kind, index), value),
                        "evidence": facts.evidence,
                        "at": self.now,
                    }
                )
                changed = True
        return changed

    def _step_back(self, person: _Person, kind: str) -> None:
        """An address that is written to no more stays a key of the person, its value with it."""
        index = person.columns[f"{kind}_index"]
        if index is None:
            return
        value = self.secrets.open(f"contact.{kind}", person.id, person.columns[kind])
        sealed = self.secrets.seal("contact_identity.value", identity_row(kind, index), value)
        for pending in self.identities:
            if pending["kind"] == kind and pending["key_index"] == index:
                pending["value"] = sealed
                return
        if self.dry:
            return
        self.session.execute(
            update(ContactIdentity).where(ContactIdentity.kind == kind, ContactIdentity.key_index == index).values(value=sealed)
        )

    def _take_fields(self, person: _Person, facts: PersonFacts, fresh: bool) -> bool:
        changed = False
        for name in _PLAIN:
            value = getattr(facts, name)
            if value and person.columns[name] != value and (fresh or not person.columns[name]):
                person.columns[name] = value
                changed = True
        if facts.name and person.name != facts.name and (fresh or not person.name):
            person.name = facts.name
            changed = True
        for mine, said in ((person.attributes, facts.attributes), (person.personal, facts.personal)):
            for name, value in said.items():
                if mine.get(name) != value and (fresh or name not in mine):
                    mine[name] = value
                    changed = True
        tags = set(facts.tags) - person.tags
        person.new_tags |= tags
        person.tags |= tags
        return changed or bool(tags)

    def _take_consents(self, person: _Person, facts: PersonFacts) -> bool:
        changed = False
        for said in facts.consents:
            current = person.consents.get((said.medium, said.purpose))
            if current is not None and not self._is_news(said, current):
                continue
            person.consents[said.medium, said.purpose] = (said.granted, said.at)
            person.new_consents.append(said)
            changed = True
        return changed

    def _is_news(self, said: Statement, current: tuple[bool, datetime]) -> bool:
        granted, at = current
        if self.lifts_refusals:
            return (said.granted, said.at) != current
        if said.granted == granted:
            # the moment of an import itself is no statement; one that the file dates is
            return said.at > at and said.at != self.now
        return not said.granted and said.at >= at

    def write(self) -> None:
        """Everything that is new, in as few statements as there are tables; a dry import holds it in memory."""
        if self.dry:
            self.identities = []
            return
        new = [person for person in self.people.values() if person.is_new]
        changed = [person for person in self.people.values() if person.changed and not person.is_new]
        if new:
            insert_all(self.session, Contact, [self._row(person) | {"created_at": self.now} for person in new])
        if changed:
            statement = update(table_of(Contact)).where(table_of(Contact).c.id == bindparam("contact"))
            rows = []
            for person in changed:
                row = self._row(person)
                row["contact"] = row.pop("id")
                rows.append(row)
            self.session.connection().execute(
                statement.values({name: bindparam(name) for name in rows[0] if name not in ("contact",)}), rows
            )
        if self.identities:
            insert_all(self.session, ContactIdentity, self.identities)
            self.identities = []
        touched = [person for person in self.people.values() if person.new_tags or person.new_consents]
        if tags := [{"contact_id": person.id, "tag": tag} for person in touched for tag in sorted(person.new_tags)]:
            insert_all(self.session, ContactTag, tags)
        self._write_consents(touched)
        for person in (*new, *changed, *touched):
            person.is_new = person.changed = False
            person.new_tags = set()
            person.new_consents = []

    def _write_consents(self, people: list[_Person]) -> None:
        first: list[dict[str, Any]] = []
        for person in people:
            said_before: set[tuple[str, str]] = set()
            for said in person.new_consents:
                if person.is_new and (said.medium, said.purpose) not in said_before:
                    said_before.add((said.medium, said.purpose))
                    first.append(_consent_row(person.id, said))
                else:
                    if first:
                        insert_all(self.session, Consent, first)
                        first = []
                    record_consent(self.session, person.id, said)
        if first:
            insert_all(self.session, Consent, first)

    def _row(self, person: _Person) -> dict[str, Any]:
        seal = self.secrets.seal
        return {
            "id": person.id,
            **person.columns,
            "name": seal("contact.name", person.id, person.name) if person.name else None,
            "attributes": person.attributes,
            "personal": seal("contact.personal", person.id, json.dumps(person.personal, ensure_ascii=False)) if person.personal else None,
        }


def _consent_row(contact_id: UUID, said: Statement) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "medium": str(said.medium),
        "purpose": str(said.purpose),
        "granted": said.granted,
        "source": said.source,
        "text_version": said.text_version,
        "evidence": said.evidence,
        "at": said.at,
        "is_current": True,
    }
