"""One row of a contacts table, judged: facts about a person, or a rejection that names its column. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from growth.contacts.address import BadAddress, Medium, normal_email, normal_phone
from growth.contacts.consent import Purpose, Statement
from growth.contacts.person import PersonFacts
from growth.language import _
from growth.tables import TableRow, plain_header

#: our names of the columns, and the headers that mean them (contracts/workspace.md › Tables)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "email": ("邮箱", "电子邮箱", "邮件", "邮箱地址", "e-mail", "mail", "email address"),
    "phone": ("手机", "手机号", "手机号码", "电话", "联系电话", "mobile", "phone number", "telephone", "tel"),
    "name": ("姓名", "名字", "full name"),
    "role": ("角色", "身份"),
    "tags": ("标签", "tag"),
    "email_consent": ("邮件许可", "邮箱许可"),
    "sms_consent": ("短信许可",),
    "consent_source": ("许可来源",),
    "consent_at": ("许可时间",),
    "locale": ("语言", "language"),
    "timezone": ("时区", "time zone"),
}
_YES = frozenset({"yes", "y", "true", "1", "是", "同意", "有"})
_NO = frozenset({"no", "n", "false", "0", "否", "不同意", "拒绝", "无"})
_RUNS = "=+-@|%＝＋－＠"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_WHEN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?")
#: longest text of a field, characters
LONGEST = {"name": 100, "role": 50, "consent_source": 200, "attribute": 1000, "tag": 50}


class RowFault(StrEnum):
    """Why a row is rejected."""

    #: neither e-mail nor phone
    NO_ADDRESS = "no-address"
    #: not of the form name@host
    NOT_AN_EMAIL = "not-an-email"
    #: not a telephone number
    NOT_A_PHONE = "not-a-phone"
    #: a spreadsheet cut the digits: 1.38E+10
    SCIENTIFIC = "scientific-notation"
    #: neither yes nor no nor empty
    NOT_YES_OR_NO = "not-yes-or-no"
    #: not a date or time
    NOT_A_TIME = "not-a-time"
    #: a consent from the future
    IN_THE_FUTURE = "in-the-future"
    #: not a language tag
    NOT_A_LOCALE = "not-a-locale"
    #: not the name of a time zone
    NOT_A_TIMEZONE = "not-a-timezone"
    #: longer than the field
    TOO_LONG = "too-long"
    #: characters that cannot be read, or control characters
    UNREADABLE = "unreadable"


def fault_words(fault: RowFault) -> str:
    """What is wrong, as a sentence's end, in the language in force."""
    return {
        RowFault.NO_ADDRESS: _("neither an e-mail nor a phone"),
        RowFault.NOT_AN_EMAIL: _("not an e-mail address"),
        RowFault.NOT_A_PHONE: _("not a telephone number"),
        RowFault.SCIENTIFIC: _("a spreadsheet shortened this number; format the column as text and enter it again"),
        RowFault.NOT_YES_OR_NO: _("write yes, no, 是, 否 or nothing"),
        RowFault.NOT_A_TIME: _("not a date; write 2026-11-23 or 2026-11-23 10:00"),
        RowFault.IN_THE_FUTURE: _("this lies in the future"),
        RowFault.NOT_A_LOCALE: _("not a language; write zh-CN or en"),
        RowFault.NOT_A_TIMEZONE: _("not a time zone; write Asia/Shanghai"),
        RowFault.TOO_LONG: _("longer than the field"),
        RowFault.UNREADABLE: _("characters that cannot be read"),
    }[fault]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A row that was left out whole. `row` counts from 2, the first after the header."""

    row: int
    column: str
    reason: RowFault

    def as_json(self) -> dict[str, object]:
        """``{"row","column","reason"}`` and the reason in words."""
        return {"row": self.row, "column": self.column, "reason": str(self.reason), "message": fault_words(self.reason)}


class _Broken(Exception):
    """A field that cannot be read."""

    def __init__(self, column: str, fault: RowFault) -> None:
        super().__init__(column, fault)
        self.column = column
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReader:
    """How rows of one file are read: the site's zone, the instant of the import, what the file is called, which attributes are personal."""

    zone: ZoneInfo
    now: datetime
    source: str
    personal: frozenset[str] = frozenset()

    def judge(self, row: TableRow) -> PersonFacts | Rejection:
        """The facts of a row, or why it is rejected."""
        try:
            return self._facts(row)
        except _Broken as broken:
            return Rejection(row=row.number, column=broken.column, reason=broken.fault)

    def _facts(self, row: TableRow) -> PersonFacts:
        said = {name: _bare(value) if value[:1] == "'" else value for name, value in row.values.items()}.get
        email = _address("email", said("email", ""), normal_email)
        phone = _address("phone", said("phone", ""), normal_phone)
        if not email and not phone:
            raise _Broken("email", RowFault.NO_ADDRESS)
        attributes: dict[str, str] = {}
        personal: dict[str, str] = {}
        for header, written in row.extra.items():
            if value := _bare(written) if written[:1] == "'" else written:
                (personal if plain_header(header) in self.personal else attributes)[header] = _text(header, value, LONGEST["attribute"])
        return PersonFacts(
            email=email,
            phone=phone,
            name=_text("name", said("name", ""), LONGEST["name"]) or None,
            role=_text("role", said("role", ""), LONGEST["role"]) or None,
            locale=_locale(said("locale", "")),
            timezone=_timezone(said("timezone", "")),
            tags=_tags(said("tags", "")),
            attributes=attributes,
            personal=personal,
            consents=self._consents(row.values, row.number),
            evidence=f"import:{self.source}",
        )

    def _consents(self, values: Mapping[str, str], number: int) -> tuple[Statement, ...]:
        found = []
        at: datetime | None = None
        for column, medium in (("email_consent", Medium.EMAIL), ("sms_consent", Medium.SMS)):
            granted = _yes_or_no(column, values.get(column, ""))
            if granted is None:
                continue
            if at is None:
                at = self._when(values.get("consent_at", ""))
            source = _text("consent_source", values.get("consent_source", ""), LONGEST["consent_source"])
            found.append(
                Statement(
                    medium=medium,
                    purpose=Purpose.MARKETING,
                    granted=granted,
                    source=source or f"import {self.source}",
                    at=at,
                    evidence=f"import:{self.source} row {number}",
                )
            )
        if not found and values.get("consent_at"):
            self._when(values["consent_at"])
        return tuple(found)

    def _when(self, text: str) -> datetime:
        """`consent_at`, else the instant of the import."""
        if not text:
            return self.now
        found = read_instant(text, self.zone)
        if found is None:
            raise _Broken("consent_at", RowFault.NOT_A_TIME)
        if found > self.now + timedelta(days=1):
            raise _Broken("consent_at", RowFault.IN_THE_FUTURE)
        return min(found, self.now)


def read_instant(text: str, zone: ZoneInfo) -> datetime | None:
    """``2026-11-23``, ``2026/11/23 10:00``, ``2026年11月23日`` in `zone`, or RFC 3339; None for anything else."""
    match = _WHEN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        if match:
            year, month, day, hour, minute, second = (int(part) for part in match.groups(default="0"))
            return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _bare(cell: str) -> str:
    """A cell without the quote that exports put before what a spreadsheet would run."""
    return cell[1:] if cell.startswith("'") and cell[1:2] and cell[1] in _RUNS else cell


def _address(column: str, text: str, read: Callable[[str], str]) -> str | None:
    if not text:
        return None
    try:
        return read(text)
    except BadAddress as fault:
        raise _Broken(column, RowFault(fault.fault)) from fault


def _text(column: str, value: str, longest: int) -> str:
    if not value:
        return ""
    if len(value) > longest:
        raise _Broken(column, RowFault.TOO_LONG)
    if not value.isprintable() and (_CONTROL.search(value) or any("\ud800" <= character <= "\udfff" for character in value)):
        raise _Broken(column, RowFault.UNREADABLE)
    return value


@lru_cache(maxsize=64)
def _yes_or_no(column: str, value: str) -> bool | None:
    if not value:
        return None
    word = unicodedata.normalize("NFKC", value).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _Broken(column, RowFault.NOT_YES_OR_NO)


@lru_cache(maxsize=4096)
def _tags(value: str) -> tuple[str, ...]:
    if not value:
        return ()
    found = dict.fromkeys(tag.strip() for tag in re.split(r"[;；]", _text("tags", value, LONGEST["attribute"])))
    if any(len(tag) > LONGEST["tag"] for tag in found):
        raise _Broken("tags", RowFault.TOO_LONG)
    return tuple(filter(None, found))


@lru_cache(maxsize=256)
def _is_timezone(value: str) -> bool:
    return value in available_timezones()


def _timezone(value: str) -> str | None:
    if value and not _is_timezone(value):
        raise _Broken("timezone", RowFault.NOT_A_TIMEZONE)
    return value or None


def _locale(value: str) -> str | None:
    if not value:
        return None
    if not _LOCALE.fullmatch(value):
        raise _Broken("locale", RowFault.NOT_A_LOCALE)
    return value.replace("_", "-")
