"""``growth contacts``: import, look at, export, suppress and erase people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import GrowthError
from growth.language import _

if TYPE_CHECKING:
    from growth.contacts import ContactView

app = toolkit.group(_("People: import, list, show, export, suppress, erase."))
ACTOR = "command"

_address = Annotated[str, typer.Argument(metavar="ADDRESS", help=_("an e-mail, a phone, or a contact's id"))]
_segment = Annotated[str | None, typer.Option("--segment", metavar="NAME", help=_("only this segment of segments.yaml"))]
_unmask = Annotated[bool, typer.Option("--unmask", help=_("show personal data; needs --reason, and is logged"))]


@app.command(
    "import",
    help=_("Keep the people of a CSV or XLSX table; every row gets its verdict.")
    + "\n\n"
    + _("Example:")
    + " growth contacts import people.xlsx",
)
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("CSV (UTF-8 or GB18030) or XLSX, header first, in any order"))],
    map_: toolkit.map_option = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Import a table."""
    from growth.contacts import import_contacts

    headers = toolkit.mapped_headers(map_)
    database = toolkit.database()
    with toolkit.progress(_("Importing")) as tick:
        result = import_contacts(database, file, now=clock.now(), headers=headers, dry_run=dry_run, tick=tick)
    told = _(
        "{rows} rows: {created} new, {updated} updated, {unchanged} unchanged, {rejected} rejected",
        rows=result.rows,
        created=result.created,
        updated=result.updated,
        unchanged=result.unchanged,
        rejected=len(result.rejected),
    )
    toolkit.emit(result.as_json(), text=told)
    if not toolkit.wants_json():
        for each in result.rejected[:50]:
            said = each.as_json()
            toolkit.warn(f"{file}:{said['row']}: {said['column']}: {said['message']}")
        if len(result.rejected) > 50:
            toolkit.warn(_("{n} more rejected rows; --json lists them all", n=len(result.rejected) - 50))
        if dry_run:
            toolkit.say(_("Nothing was changed (--dry-run)."))


@app.command("list", help=_("People, masked.") + "\n\n" + _("Example:") + " growth contacts list --segment subscribers")
def list_(
    segment: _segment = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("at most so many"))] = 50,
    unmask: _unmask = False,
    reason: toolkit.reason_option = None,
) -> None:
    """The people of a segment."""
    from growth.contacts import count_segment, list_contacts, segment_named
    from growth.contacts.settings import Segment

    now = clock.now()
    chosen = segment_named(toolkit.workspace(), segment) if segment else None
    _say_why(unmask, reason)
    with toolkit.database().read() as session:
        people = list_contacts(session, segment=chosen, now=now, limit=limit)
        total = count_segment(session, chosen or Segment(), now=now)
    if unmask:
        _log("contacts.unmask", f"segment:{segment}" if segment else "everybody", reason, contacts=len(people))
    columns = {"email": _("E-mail"), "phone": _("Phone"), "name": _("Name"), "role": _("Role"), "tags": _("Tags"), "created_at": _("Since")}
    toolkit.emit_rows(
        [_shown(person, unmask) for person in people],
        columns=columns,
        empty=_("Nobody yet. Bring some: growth contacts import people.csv"),
    )
    if total > len(people):
        toolkit.hint(_("{shown} of {total}; more with --limit", shown=len(people), total=total))


@app.command(
    help=_("One person: what is known, what they said, what happened.") + "\n\n" + _("Example:") + " growth contacts show 13800138000"
)
def show(
    address: _address,
    unmask: _unmask = False,
    everything: Annotated[
        bool, typer.Option("--everything", help=_("all that every part keeps of them, as JSON: what a person may ask for; with --unmask"))
    ] = False,
    reason: toolkit.reason_option = None,
) -> None:
    """One person."""
    from growth.app import handed
    from growth.contacts import Medium, address_index, consent_history, contact, find_contact, suppression_of

    if everything and not unmask:
        raise GrowthError(_("everything that is known of a person is personal data"), fix=_('add --unmask --reason "…"'))
    _say_why(unmask, reason)
    if everything:
        _show_everything(address, reason)
        return
    workspace = toolkit.workspace()
    with toolkit.database().read() as session:
        id_ = find_contact(session, address)
        person = contact(session, id_)
        suppressions = {}
        for medium in (Medium.EMAIL, Medium.SMS):
            if own := person.address(medium):
                found = suppression_of(session, medium=medium, address_index=address_index(session, medium, own))
                if found is not None:
                    suppressions[medium.value] = {"reason": found.reason, "at": found.at}
        document = {
            **_shown(person, unmask),
            "attributes": person.attributes,
            "personal": person.personal if unmask else person.masked().personal,
            "last_visit": person.last_visit,
            "last_sent": person.last_sent,
            "consent": [
                {"medium": said.medium, "purpose": said.purpose, "granted": said.granted, "source": said.source, "at": said.at}
                for said in consent_history(session, id_)
            ],
            "suppressed": suppressions,
            "timeline": [
                {"at": entry.at, "kind": entry.kind, "text": entry.text}
                for entries in handed(workspace.apps, "timeline")
                for entry in entries(session, id_)
            ],
        }
    if unmask:
        _log("contact.unmask", f"contact:{id_}", reason)
    toolkit.emit(document, text=_card(document))


@app.command(
    help=_("Write people to a file: masked, unless --unmask with a reason.")
    + "\n\n"
    + _("Example:")
    + " growth contacts export --segment subscribers -o people.csv"
)
def export(
    segment: _segment = None,
    format_: Annotated[str | None, typer.Option("--format", metavar="csv|xlsx", help=_("default: by the file's name, else csv"))] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help=_("default: contacts.csv here"))] = None,
    unmask: _unmask = False,
    reason: toolkit.reason_option = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Export to CSV or XLSX."""
    from growth.contacts import count_segment, export_contacts, segment_named
    from growth.contacts.settings import Segment

    if format_ not in (None, "csv", "xlsx"):
        raise GrowthError(f"--format {format_}", fix="--format csv | --format xlsx")
    path = output or Path(f"contacts.{format_ or 'csv'}")
    if format_ and path.suffix.lower() != f".{format_}":
        path = path.with_suffix(f".{format_}")
    now = clock.now()
    _say_why(unmask, reason)
    if dry_run:
        chosen = segment_named(toolkit.workspace(), segment) if segment else Segment()
        with toolkit.database().read() as session:
            count = count_segment(session, chosen, now=now)
    else:
        count = export_contacts(toolkit.database(), path, segment=segment, now=now, actor=ACTOR, unmask=unmask, reason=reason)
    document = {"file": path, "contacts": count, "unmasked": unmask, "dry_run": dry_run}
    told = (
        _("{n} contacts would be written to {file}", n=count, file=path) if dry_run else _("{n} contacts are in {file}", n=count, file=path)
    )
    toolkit.emit(document, text=told)


@app.command(
    help=_("Never write to an address again.")
    + "\n\n"
    + _("Example:")
    + ' growth contacts suppress a@example.com --reason "asked by phone"'
)
def suppress(address: _address, reason: toolkit.reason_option = None, dry_run: toolkit.dry_run_option = False) -> None:
    """Put an address on the list."""
    from growth.accounts import record
    from growth.contacts import SuppressionReason, address_index, read_address
    from growth.contacts import suppress as put
    from growth.security import mask_address

    medium, normal = read_address(address)
    now = clock.now()
    with toolkit.changing(dry_run) as session:
        index = address_index(session, medium, normal)
        new = put(session, medium=medium, address_index=index, reason=SuppressionReason.MANUAL, at=now, evidence=reason)
        if new:
            record(session, actor=ACTOR, action="contact.suppress", subject=f"{medium}:{index.hex()[:16]}", reason=reason or "", now=now)
    masked = mask_address(normal)
    told = _("{address} gets nothing any more", address=masked) if new else _("{address} was on the list already", address=masked)
    toolkit.emit({"address": masked, "medium": medium, "suppressed": True, "new": new, "dry_run": dry_run}, text=told)


@app.command(
    "merges",
    help=_("Contacts that were found to be one person, with what proved it.")
    + "\n\n"
    + _("Example:")
    + " growth contacts merges 13800138000",
)
def merges_(
    address: Annotated[str | None, typer.Argument(metavar="[ADDRESS]", help=_("only those of this person"))] = None,
) -> None:
    """What was joined, newest first."""
    from growth.contacts import find_contact, merges

    with toolkit.database().read() as session:
        found = merges(session, find_contact(session, address) if address else None)
    columns = {
        "id": _("Merge"),
        "at": _("At"),
        "kept": _("Contact"),
        "gone": _("Joined to it"),
        "evidence": _("Evidence"),
        "undone": _("Undone"),
    }
    toolkit.emit_rows(
        [{name: getattr(each, name) for name in columns} for each in reversed(found)],
        columns=columns,
        empty=_("No two contacts were found to be one person."),
    )


@app.command(
    help=_("Take two contacts apart that were wrongly found to be one person.")
    + "\n\n"
    + _("Example:")
    + ' growth contacts unmerge 12 --reason "two people, one phone"'
)
def unmerge(
    merge: Annotated[int, typer.Argument(metavar="MERGE", help=_("its number in growth contacts merges"))],
    reason: toolkit.reason_option = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Undo a merge: addresses, consent and tags go back to whom they came from; figures follow with the next count."""
    from growth.accounts import record
    from growth.contacts import undo_merge

    if not (reason or "").strip():
        raise GrowthError(_("taking people apart needs a reason"), fix=_('add --reason "…"; it is kept in the audit log'))
    now = clock.now()
    with toolkit.changing(dry_run) as session:
        undo_merge(session, merge, now=now)
        record(session, actor=ACTOR, action="contact.unmerge", subject=f"contact_merge:{merge}", reason=reason or "", now=now)
    toolkit.emit({"merge": merge, "undone": True, "dry_run": dry_run}, text=_("merge {id} is undone: two people again", id=merge))


@app.command(
    help=_("Erase a person everywhere, with a certificate.")
    + "\n\n"
    + _("Example:")
    + ' growth contacts erase a@example.com --yes --reason "request of 2026-11-20"'
)
def erase(
    address: _address,
    reason: toolkit.reason_option = None,
    yes: toolkit.yes_option = False,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Erase a person."""
    from growth.contacts import erase_contact, find_contact
    from growth.security import mask_address

    if not (reason or "").strip():
        raise GrowthError(_("an erasure needs a reason"), fix=_('add --reason "…"; it is kept in the audit log'))
    masked = mask_address(address)
    with toolkit.database().read() as session:
        id_ = find_contact(session, address)
    if not dry_run:
        toolkit.confirm(address, yes=yes, consequence=_("{address} is erased everywhere; this cannot be taken back", address=masked))
    with toolkit.changing(dry_run) as session:
        certificate = erase_contact(session, id_, now=clock.now(), actor=ACTOR, reason=reason or "")
    document = certificate.as_json() | {"dry_run": dry_run}
    lines = [_("Certificate of erasure"), f"{_('Contact')}: {certificate.contact}", f"{_('At')}: {clock.rfc3339(certificate.at)}"]
    lines += [f"  {room}: {_('{n} rows', n=count)}" for room, count in certificate.erased.items()]
    lines += [f"  {_('Kept')}: {room}: {why}" for room, why in certificate.kept.items()]
    toolkit.emit(document, text="\n".join(lines))


def _shown(person: ContactView, unmask: bool) -> dict[str, Any]:
    view = person if unmask else person.masked()
    return {
        "id": view.id,
        "email": view.email,
        "phone": view.phone,
        "name": view.name,
        "role": view.role,
        "tags": list(view.tags) if toolkit.wants_json() else "; ".join(view.tags),
        "locale": view.locale,
        "timezone": view.timezone,
        "created_at": view.created_at,
    }


def _show_everything(address: str, reason: str | None) -> None:
    """What a person who asks for a copy of their data gets (个人信息保护法 §45)."""
    from growth.contacts import export_person, find_contact

    with toolkit.database().read() as session:
        id_ = find_contact(session, address)
        known = export_person(session, id_)
    _log("contact.export", f"contact:{id_}", reason)
    toolkit.emit_json(known)


def _card(document: dict[str, Any]) -> str:
    """One person as lines of text."""
    zone = toolkit.workspace().zone
    lines = [f"{key:12} {document[key]}" for key in ("id", "email", "phone", "name", "role") if document[key]]
    if document["tags"]:
        lines.append(f"{'tags':12} {document['tags']}")
    lines += [f"{key:12} {value}" for key, value in {**document["attributes"], **document["personal"]}.items()]
    for said in document["consent"]:
        word = _("agreed") if said["granted"] else _("refused")
        lines.append(f"{clock.rfc3339(said['at'], zone)}  {said['medium']} {said['purpose']}: {word} ({said['source']})")
    for medium, why in document["suppressed"].items():
        lines.append(f"{clock.rfc3339(why['at'], zone)}  {medium}: {_('suppressed')} ({why['reason']})")
    lines += [f"{clock.rfc3339(entry['at'], zone)}  {entry['text']}" for entry in sorted(document["timeline"], key=lambda each: each["at"])]
    return "\n".join(lines)


def _say_why(unmask: bool, reason: str | None) -> None:
    if unmask and not (reason or "").strip():
        raise GrowthError(_("personal data is shown to who says why"), fix=_('add --reason "…"; it is kept in the audit log'))


def _log(action: str, subject: str, reason: str | None, **detail: object) -> None:
    from growth.accounts import record

    with toolkit.database().write() as session:
        record(session, actor=ACTOR, action=action, subject=subject, detail=detail, reason=reason or "", now=clock.now())
