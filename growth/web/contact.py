"""``/contacts/ID``: one person with all that happened; suppression, erasure, a look in clear with its reason. Else everything is masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar.handlers import HTTPRouteHandler
from sqlalchemy.orm import Session

from growth.accounts import record
from growth.app import TimelineEntry, handed
from growth.contacts import (
    ContactView,
    Medium,
    SuppressionReason,
    UnknownContact,
    address_index,
    consent_history,
    contact,
    erase_contact,
    live_id,
    suppress,
    suppression_of,
)
from growth.language import _
from growth.web.answers import Page
from growth.web.page import page
from growth.web.refusals import Missing
from growth.web.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """The variables of contact.html."""

    id: str
    #: (words, value)
    facts: Sequence[tuple[str, str]]
    #: (medium, purpose, state, source) of what counts now
    consents: Sequence[tuple[str, str, str, str]]
    #: (medium, reason) of suppressed addresses
    suppressed: Sequence[tuple[str, str]]
    timeline: Sequence[TimelineEntry]
    #: name or masked address, typed to confirm
    name: str
    may_erase: bool


@page("/contacts/{id:uuid}", nav="contacts", roles=("marketer", "service"), personal=True)
def one(viewer: Viewer, id: UUID) -> Page:
    """One person: what is known, what they said, what happened."""
    with viewer.database.read() as session:
        shown = _contact_page(viewer, session, _live(session, id))
    crumbs = [(_("Contacts"), "/contacts"), (shown.name, "")]
    return viewer.render("web/contacts/contact.html", shown, title=shown.name, crumbs=crumbs)


@page("/contacts/{id:uuid}/unmask", methods=("POST",), nav="contacts", roles=("admin",), personal=True)
def unmask(viewer: Viewer, id: UUID) -> Page:
    """The person's data in the clear, once, with a reason that is kept."""
    reason = viewer.form.get("reason")
    with viewer.database.write() as session:
        live = _live(session, id)
        if not reason:
            viewer.flash(_("Say why; it is kept in the audit log."), "bad")
            return viewer.redirect(f"/contacts/{live}")
        record(session, actor=viewer.actor, action="contact.unmask", subject=f"contact:{live}", reason=reason, now=viewer.now)
        shown = _contact_page(viewer, session, live, clear=True)
    return viewer.render("web/contacts/contact.html", shown, title=shown.name, crumbs=[(_("Contacts"), "/contacts"), (shown.name, "")])


@page("/contacts/{id:uuid}/suppress", methods=("POST",), nav="contacts", roles=("marketer", "service"), personal=True)
def suppress_one(viewer: Viewer, id: UUID) -> Page:
    """Never write to the person's addresses again."""
    reason = viewer.form.get("reason")
    with viewer.database.write() as session:
        live = _live(session, id)
        person = contact(session, live)
        for medium in (Medium.EMAIL, Medium.SMS):
            if own := person.address(medium):
                index = address_index(session, medium, own)
                suppress(
                    session, medium=medium, address_index=index, reason=SuppressionReason.MANUAL, at=viewer.now, evidence=reason or None
                )
        record(session, actor=viewer.actor, action="contact.suppress", subject=f"contact:{live}", reason=reason, now=viewer.now)
    viewer.flash(_("This person gets nothing any more."))
    return viewer.redirect(f"/contacts/{live}")


@page("/contacts/{id:uuid}/erase", methods=("POST",), nav="contacts", roles=("admin",), personal=True)
def erase(viewer: Viewer, id: UUID) -> Page:
    """Erase the person everywhere, once the name was typed and the reason given."""
    reason = viewer.form.get("reason")
    with viewer.database.write() as session:
        live = _live(session, id)
        name = called(contact(session, live).masked())
        if viewer.form.get("confirm") != name or not reason:
            viewer.flash(_("Not erased: type the name and a reason."), "bad")
            return viewer.redirect(f"/contacts/{live}")
        certificate = erase_contact(session, live, now=viewer.now, actor=viewer.actor, reason=reason)
    rows = sum(certificate.erased.values())
    viewer.flash(
        _("Erased everywhere: {n} rows. The certificate is entry {entry} of the audit log.", n=rows, entry=certificate.audit_entry)
    )
    return viewer.redirect("/contacts")


def _contact_page(viewer: Viewer, session: Session, id_: UUID, *, clear: bool = False) -> ContactPage:
    whole = contact(session, id_)
    person = whole if clear else whole.masked()
    zone = viewer.workspace.zone
    facts = [
        (_("E-mail"), person.email),
        (_("Phone"), person.phone),
        (_("Name"), person.name),
        (_("Role"), person.role),
        (_("Tags"), "; ".join(person.tags)),
        *((name, str(value)) for name, value in {**person.attributes, **person.personal}.items()),
        (_("Since"), f"{person.created_at.astimezone(zone):%Y-%m-%d %H:%M}"),
        (_("Last visit"), f"{person.last_visit.astimezone(zone):%Y-%m-%d %H:%M}" if person.last_visit else None),
        (_("Last message"), f"{person.last_sent.astimezone(zone):%Y-%m-%d %H:%M}" if person.last_sent else None),
    ]
    seen: set[tuple[str, str]] = set()
    consents = []
    for said in consent_history(session, id_):
        if (said.medium, said.purpose) not in seen:
            seen.add((said.medium, said.purpose))
            consents.append((str(said.medium), str(said.purpose), "given" if said.granted else "withdrawn", said.source))
    barred = []
    for medium in (Medium.EMAIL, Medium.SMS):
        if own := whole.address(medium):
            found = suppression_of(session, medium=medium, address_index=address_index(session, medium, own))
            if found is not None:
                barred.append((str(medium), str(found.reason)))
    entries = [entry for made in handed(viewer.workspace.apps, "timeline") for entry in made(session, id_)]
    return ContactPage(
        id=str(id_),
        facts=[(words, value) for words, value in facts if value],
        consents=consents,
        suppressed=barred,
        timeline=sorted(entries, key=lambda entry: entry.at, reverse=True),
        name=called(whole.masked()),
        may_erase=viewer.may("admin"),
    )


def _live(session: Session, id_: UUID) -> UUID:
    try:
        return live_id(session, id_)
    except UnknownContact as fault:
        raise Missing from fault


def called(person: ContactView) -> str:
    """What a masked person is called on a page."""
    return person.name or person.email or person.phone or str(person.id)


def pages() -> list[HTTPRouteHandler]:
    """The pages of one person."""
    return [one, unmask, suppress_one, erase]
