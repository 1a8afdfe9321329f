"""Contacts as a table: masked unless somebody who may says why, with the very columns that an import reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.accounts import record
from growth.contacts.address import Medium
from growth.contacts.consent import Purpose, Statement, statement_of
from growth.contacts.models import Consent, Contact
from growth.contacts.person import ContactView, contacts
from growth.contacts.segments import segment_named, segment_query
from growth.contacts.settings import Segment
from growth.db import Database
from growth.errors import GrowthError
from growth.language import Text, _
from growth.reporting import Column, Kind, Row, Table, csv_parts, write_whole, xlsx_bytes

PAGE = 1000
#: a workbook is built in memory
MOST_SHEET_ROWS = 200_000

_FIXED: tuple[tuple[str, str, Kind], ...] = (
    ("email", "邮箱", Kind.TEXT),
    ("phone", "手机", Kind.TEXT),
    ("name", "姓名", Kind.TEXT),
    ("role", "角色", Kind.TEXT),
    ("tags", "标签", Kind.TEXT),
    ("email_consent", "邮件许可", Kind.TEXT),
    ("sms_consent", "短信许可", Kind.TEXT),
    ("consent_source", "许可来源", Kind.TEXT),
    ("consent_at", "许可时间", Kind.INSTANT),
    ("locale", "语言", Kind.TEXT),
    ("timezone", "时区", Kind.TEXT),
)


class ReasonMissing(GrowthError):
    """Personal data was asked for without saying why."""


def list_contacts(
    session: Session,
    *,
    segment: Segment | None,
    now: datetime,
    after: UUID | None = None,
    skip: int = 0,
    limit: int = PAGE,
    newest_first: bool = False,
) -> list[ContactView]:
    """People of a segment (everybody without one) in the order they came, or the newest first; `after` one of them, or some skipped."""
    query = segment_query(session, segment or Segment(), now=now).limit(limit).offset(skip)
    query = query.order_by(Contact.id.desc() if newest_first else Contact.id)
    if after is not None:
        query = query.where(Contact.id > after)
    return contacts(session, list(session.scalars(query)))


def export_contacts(
    database: Database,
    path: Path,
    *,
    segment: str | None,
    now: datetime,
    actor: str,
    unmask: bool = False,
    reason: str | None = None,
) -> int:
    """Write the people of a segment to a CSV or, where `path` ends in ``.xlsx``, XLSX file; how many. What was handed out is logged.

    Raises ReasonMissing for unmasked data without a reason, UnknownSegment, CannotWrite.
    """
    if unmask and not (reason or "").strip():
        raise ReasonMissing(_("personal data is shown to who says why"), fix=_('add --reason "…"; it is kept in the audit log'))
    chosen = segment_named(database.workspace, segment) if segment else None
    count = 0

    def rows(session: Session) -> Iterator[Row]:
        nonlocal count
        for row in export_rows(session, segment=chosen, now=now, unmask=unmask):
            count += 1
            yield row

    with database.read() as session:
        columns = export_columns(session)
        if path.suffix.lower() == ".xlsx":
            table = Table(id="contacts", title=_("Contacts"), columns=columns, rows=_few(rows(session)))
            content = xlsx_bytes([table], database.workspace.zone)
        else:
            content = b"".join(csv_parts(columns, rows(session), database.workspace.zone))
    with database.write() as session:
        record(
            session,
            actor=actor,
            action="contacts.export",
            subject=f"segment:{segment}" if segment else "everybody",
            detail={"contacts": count, "unmasked": unmask, "format": path.suffix.lstrip(".").lower()},
            reason=(reason or "").strip(),
            now=now,
        )
    write_whole(path, content)
    return count


def export_columns(session: Session) -> list[Column]:
    """Our columns, then the attributes that anybody has."""
    names: set[str] = set()
    for attributes in session.scalars(select(Contact.attributes).where(Contact.merged_into.is_(None)).execution_options(yield_per=5000)):
        names |= attributes.keys()
    fixed = [Column(id=id_, label=Text(id_, chinese), kind=kind) for id_, chinese, kind in _FIXED]
    declared: Database = session.info["database"]
    personal = {name for name, attribute in declared.workspace.settings.attributes.items() if attribute.personal}
    return fixed + [Column(id=f"attribute:{name}", label=name) for name in sorted(names | personal)]


def export_rows(session: Session, *, segment: Segment | None, now: datetime, unmask: bool) -> Iterator[Row]:
    """One row a person, in pages, so that a million fits into memory."""
    after: UUID | None = None
    while page := list_contacts(session, segment=segment, now=now, after=after):
        said = _consents(session, [person.id for person in page])
        for person in page:
            yield _row(person if unmask else person.masked(), said.get(person.id, {}))
        after = page[-1].id
        session.expire_all()


def _few(rows: Iterator[Row]) -> list[Row]:
    found = []
    for row in rows:
        found.append(row)
        if len(found) > MOST_SHEET_ROWS:
            raise GrowthError(_("more than {n} contacts are too many for a workbook", n=MOST_SHEET_ROWS), fix=_("export them as CSV"))
    return found


def _consents(session: Session, ids: list[UUID]) -> dict[UUID, dict[Medium, Statement]]:
    found: dict[UUID, dict[Medium, Statement]] = {}
    query = select(Consent).where(Consent.contact_id.in_(ids), Consent.is_current.is_(True), Consent.purpose == Purpose.MARKETING)
    for row in session.scalars(query):
        found.setdefault(row.contact_id, {})[Medium(row.medium)] = statement_of(row)
    return found


def _row(person: ContactView, said: dict[Medium, Statement]) -> Row:
    first = said.get(Medium.EMAIL) or said.get(Medium.SMS)
    row: dict[str, object] = {
        "email": person.email,
        "phone": spoken_phone(person.phone),
        "name": person.name,
        "role": person.role,
        "tags": ";".join(person.tags),
        "email_consent": _yes_or_no(said.get(Medium.EMAIL)),
        "sms_consent": _yes_or_no(said.get(Medium.SMS)),
        "consent_source": first.source if first else None,
        "consent_at": first.at if first else None,
        "locale": person.locale,
        "timezone": person.timezone,
    }
    for name, value in {**person.attributes, **person.personal}.items():
        row[f"attribute:{name}"] = value
    return row


def spoken_phone(phone: str | None) -> str | None:
    """A Chinese mobile number as ``138-0013-8000``: text in every spreadsheet, and read again by an import."""
    if phone and phone.startswith("+861") and len(phone) == 14 and phone[1:].isdigit():
        return f"{phone[3:6]}-{phone[6:10]}-{phone[10:]}"
    return phone


def _yes_or_no(said: Statement | None) -> str | None:
    return None if said is None else "yes" if said.granted else "no"
