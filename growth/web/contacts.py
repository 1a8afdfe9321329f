"""``/contacts``: people by segment, import, suppression. Everything is masked."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar.handlers import HTTPRouteHandler
from sqlalchemy.orm import Session

from growth.contacts import (
    BadAddress,
    ContactView,
    Segment,
    UnknownContact,
    count_segment,
    export_columns,
    export_rows,
    fault_words,
    find_contact,
    import_contacts,
    list_contacts,
    named_segments,
    suppression_counts,
)
from growth.errors import GrowthError
from growth.language import _, ngettext
from growth.reporting import Column, Empty, Kind, Table, TableState
from growth.web.answers import Page
from growth.web.contact import called
from growth.web.page import IMPORT_BYTES, page
from growth.web.refusals import Missing
from growth.web.viewer import Viewer

ROLES = ("marketer",)
#: people that a page hands out as a file; more are exported by command
MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsPage:
    """The variables of contacts.html."""

    #: how things stand, in words
    sentence: str
    #: (words, address, current, count)
    tabs: Sequence[tuple[str, str, bool, int | None]]
    #: segments as filters: (words, address, current)
    segments: Sequence[tuple[str, str, bool]]
    table: Table
    #: what was wrong with what was typed
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage:
    """The variables of contacts_import.html."""

    #: how the import went, or empty
    sentence: str
    #: rejected rows
    table: Table | None
    fault: str
    fix: str


@page("/contacts", nav="contacts", roles=ROLES, personal=True)
def people(viewer: Viewer, segment: str = "") -> Page:
    """The people of a segment, newest first; a whole address in the search box leads to its person."""
    known = named_segments(viewer.workspace)
    if segment and segment not in known:
        raise Missing
    asked = TableState.of(viewer.address)
    chosen = known.get(segment)
    with viewer.database.read() as session:
        if asked.text:
            try:
                return viewer.redirect(f"/contacts/{find_contact(session, asked.text)}")
            except (BadAddress, UnknownContact):
                fault = _("Nobody has this address. Addresses are encrypted: type a whole e-mail or phone.")
        else:
            fault = ""
        total = count_segment(session, chosen or Segment(), now=viewer.now)
        if viewer.format:
            return _download(viewer, session, segment, chosen, total)
        found = list_contacts(
            session, segment=chosen, now=viewer.now, newest_first=True, skip=(asked.page - 1) * asked.size, limit=asked.size
        )
        counts = sum(suppression_counts(session).values())
    table = Table(
        id="contacts",
        title=_("Contacts"),
        columns=_people_columns(),
        rows=[_person_row(each.masked()) for each in found],
        total=total,
        page=asked.page,
        size=asked.size,
        empty=Empty(
            title=_("Nobody yet"),
            text=_("Bring people from a CSV or XLSX table; who has no recorded consent gets no marketing."),
            code="growth contacts import people.xlsx",
            action=(_("Import a table"), "/contacts/import"),
        ),
    )
    shown = ContactsPage(
        sentence=ngettext("{n} person.", "{n} people.", total),
        tabs=_tabs("people", counts),
        segments=[(_("Everybody"), "/contacts", not segment), *((name, f"/contacts?segment={name}", name == segment) for name in known)],
        table=table,
        fault=fault,
    )
    return viewer.render("web/contacts/contacts.html", shown, title=_("Contacts"))


@page("/contacts/segments", nav="contacts", roles=ROLES)
def segments(viewer: Viewer) -> Page:
    """Named segments with how many are in each now."""
    with viewer.database.read() as session:
        rows: list[dict[str, Any]] = []
        for name, segment in named_segments(viewer.workspace).items():
            try:
                count: int | None = count_segment(session, segment, now=viewer.now)
            except GrowthError:
                count = None
            rows.append({"name": name, "href": f"/contacts?segment={name}", "count": count, "conditions": len(list(segment.conditions()))})
        counts = sum(suppression_counts(session).values())
    table = Table(
        id="segments",
        title=_("Segments"),
        columns=[
            Column(id="name", label=_("Segment"), key=True),
            Column(id="count", label=_("People now"), kind=Kind.NUMBER, lead=True),
            Column(id="conditions", label=_("Conditions"), kind=Kind.NUMBER),
        ],
        rows=rows,
        empty=Empty(
            title=_("No segment yet"),
            text=_("A segment is a named audience in segments.yaml, counted live."),
            code="growth new segment investors",
        ),
    )
    table = viewer.arrange(table, sort="name")
    if viewer.format:
        return viewer.download(table)
    shown = ContactsPage(sentence=_("Audiences by name, counted now."), tabs=_tabs("segments", counts), segments=(), table=table)
    return viewer.render("web/contacts/contacts.html", shown, title=_("Segments"))


@page("/contacts/suppression", nav="contacts", roles=ROLES)
def suppression(viewer: Viewer) -> Page:
    """How many addresses get nothing any more, by reason; the addresses themselves are not kept."""
    with viewer.database.read() as session:
        counts = suppression_counts(session)
    rows = [{"medium": medium, "reason": reason, "count": number} for (medium, reason), number in sorted(counts.items())]
    table = Table(
        id="suppression",
        title=_("Suppression"),
        columns=[
            Column(id="medium", label=_("Medium"), key=True),
            Column(id="reason", label=_("Reason"), lead=True),
            Column(id="count", label=_("Addresses"), kind=Kind.NUMBER, lead=True),
        ],
        rows=rows,
        empty=Empty(
            title=_("Nobody is suppressed"), text=_("Who unsubscribes altogether, bounces or complains is listed here, as a hash.")
        ),
    )
    table = viewer.arrange(table)
    if viewer.format:
        return viewer.download(table)
    sentence = _("These addresses get nothing any more; only their hashes are kept.")
    shown = ContactsPage(sentence=sentence, tabs=_tabs("suppression", sum(counts.values())), segments=(), table=table)
    return viewer.render("web/contacts/contacts.html", shown, title=_("Suppression"))


@page("/contacts/import", methods=("GET", "POST"), nav="contacts", roles=ROLES, personal=True, most_bytes=IMPORT_BYTES)
def import_page(viewer: Viewer) -> Page:
    """A table comes in; every row gets its verdict."""
    sentence, fault, fix, table = "", "", "", None
    upload = viewer.form.files.get("file")
    if viewer.form and upload is None:
        fault = _("Choose a file first.")
    if upload is not None:
        suffix = ".xlsx" if upload.content.startswith(b"PK") else ".csv"
        with tempfile.TemporaryDirectory(prefix="growth-import-") as folder:
            path = Path(folder) / f"upload{suffix}"
            path.write_bytes(upload.content)
            try:
                result = import_contacts(viewer.database, path, now=viewer.now, source=upload.name[:80], dry_run=viewer.form.ticked("dry"))
            except GrowthError as broken:
                fault, fix = broken.message, broken.fix or ""
            else:
                counts = {key: value for key, value in result.as_json().items() if key != "rejected"}
                if not viewer.form.ticked("dry"):
                    viewer.record("contacts.import", detail=counts | {"rejected": len(result.rejected)})
                sentence = _(
                    "{rows} rows: {created} new, {updated} updated, {unchanged} unchanged, {rejected} rejected.",
                    rejected=len(result.rejected),
                    **counts,
                )
                rows = [
                    {"row": each.row, "column": each.column, "reason": fault_words(each.reason)} for each in result.rejected[:MOST_ROWS]
                ]
                columns = [
                    Column(id="row", label=_("Row"), kind=Kind.NUMBER, key=True),
                    Column(id="column", label=_("Column"), kind=Kind.CODE, lead=True),
                    Column(id="reason", label=_("Reason"), kind=Kind.PROSE, lead=True),
                ]
                table = Table(id="rejected", title=_("Rejected rows"), columns=columns, rows=rows) if rows else None
    shown = ImportPage(sentence=sentence, table=table, fault=fault, fix=fix)
    crumbs = [(_("Contacts"), "/contacts"), (_("Import"), "")]
    return viewer.render(
        "web/contacts/contacts_import.html", shown, title=_("Import contacts"), crumbs=crumbs, status=400 if fault else 200
    )


def _download(viewer: Viewer, session: Session, segment: str, chosen: Segment | None, total: int) -> Page:
    if total > MOST_ROWS:
        raise GrowthError(
            _("{n} people are too many for a page's download", n=total),
            fix=f"growth contacts export{f' --segment {segment}' if segment else ''}",
        )
    rows = list(export_rows(session, segment=chosen, now=viewer.now, unmask=False))
    table = Table(id="contacts", title=_("Contacts"), columns=export_columns(session), rows=rows)
    viewer.record("contacts.export", f"segment:{segment}" if segment else "everybody", detail={"contacts": total, "unmasked": False})
    return viewer.download(table)


def _tabs(current: str, suppressed_count: int) -> list[tuple[str, str, bool, int | None]]:
    return [
        (_("People"), "/contacts", current == "people", None),
        (_("Segments"), "/contacts/segments", current == "segments", None),
        (_("Suppression"), "/contacts/suppression", current == "suppression", suppressed_count),
        (_("Import"), "/contacts/import", current == "import", None),
        (_("Phone calls"), "/calls", False, None),
    ]


def _people_columns() -> list[Column]:
    return [
        Column(id="name", label=_("Name"), key=True, sortable=False),
        Column(id="email", label=_("E-mail"), lead=True, sortable=False),
        Column(id="phone", label=_("Phone"), lead=True, sortable=False),
        Column(id="role", label=_("Role"), sortable=False),
        Column(id="tags", label=_("Tags"), sortable=False),
        Column(id="created_at", label=_("Since"), kind=Kind.INSTANT, sortable=False),
        Column(id="last_sent", label=_("Last message"), kind=Kind.INSTANT, sortable=False),
    ]


def _person_row(person: ContactView) -> dict[str, Any]:
    return {
        "name": called(person),
        "href": f"/contacts/{person.id}",
        "email": person.email,
        "phone": person.phone,
        "role": person.role,
        "tags": "; ".join(person.tags),
        "created_at": person.created_at,
        "last_sent": person.last_sent,
    }


def pages() -> list[HTTPRouteHandler]:
    """The pages of contacts."""
    return [people, segments, suppression, import_page]
