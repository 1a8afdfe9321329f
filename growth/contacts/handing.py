"""What contacts hand over: search by address, what a person said for their timeline, metrics."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.app import Hit, Sample, TimelineEntry
from growth.contacts.address import BadAddress
from growth.contacts.consent import consent_history
from growth.contacts.models import Contact, ContactMerge
from growth.contacts.person import UnknownContact, contact, find_contact
from growth.contacts.settings import named_segments
from growth.contacts.suppression import suppression_counts
from growth.language import _


def search(session: Session, text: str) -> Iterator[Hit]:
    """The person with that e-mail or phone (addresses are encrypted, so only whole ones are found), and segments by name."""
    try:
        person = contact(session, find_contact(session, text)).masked()
    except (BadAddress, UnknownContact):
        pass
    else:
        title = person.name or person.email or person.phone or str(person.id)
        yield Hit(kind="contact", title=title, link=f"/contacts/{person.id}", detail=person.email or person.phone or "")
    for name in named_segments(session.info["database"].workspace):
        if text.casefold() in name.casefold():
            yield Hit(kind="segment", title=name, link=f"/contacts?segment={name}")


def timeline(session: Session, contact_id: UUID) -> Iterator[TimelineEntry]:
    """When the person came, what they said, whom they turned out to be."""
    row = session.get(Contact, contact_id)
    if row is not None:
        yield TimelineEntry(at=row.created_at, kind="contact", text=_("became a contact"))
    for said in consent_history(session, contact_id):
        words = _("agreed to {medium} ({purpose}): {source}") if said.granted else _("refused {medium} ({purpose}): {source}")
        yield TimelineEntry(at=said.at, kind="consent", text=words.format(medium=said.medium, purpose=said.purpose, source=said.source))
    for merge in session.scalars(select(ContactMerge).where(ContactMerge.kept == contact_id)):
        yield TimelineEntry(at=merge.at, kind="merge", text=_("found to be one person with another contact ({why})", why=merge.evidence))


def metrics(session: Session) -> Iterator[Sample]:
    """How many people, and how many addresses are suppressed."""
    count = session.scalar(select(func.count()).select_from(Contact).where(Contact.merged_into.is_(None))) or 0
    yield Sample(name="growth_contacts", value=count, help="Contacts")
    for (medium, reason), number in suppression_counts(session).items():
        yield Sample(
            name="growth_suppressed_addresses", value=number, labels={"medium": medium, "reason": reason}, help="Suppressed addresses"
        )
