"""Addresses in one normal form: e-mails by their domain's case, phones as E.164. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import idna

from growth.errors import GrowthError
from growth.language import _

#: the calling code of mainland China
MAINLAND = "+86"
#: calling codes of two digits (ITU-T E.164, list of assigned codes); those that begin with 1 and 7 have one, all others three
_TWO_DIGITS = frozenset(
    (20, 27, *range(30, 35), 36, 39, 40, 41, *range(43, 50), *range(51, 59), *range(60, 67), 81, 82, 84, 86, *range(90, 96), 98)
)


class Medium(StrEnum):
    """How a person is reached."""

    #: e-mail
    EMAIL = "email"
    #: text message
    SMS = "sms"
    #: the WeChat official account
    WECHAT = "wechat"

    @property
    def key(self) -> str:
        """Kind of the identity that is the address: ``email``, ``phone``, ``openid``."""
        return {Medium.EMAIL: "email", Medium.SMS: "phone", Medium.WECHAT: "openid"}[self]


class Fault(StrEnum):
    """Why a text is no address."""

    #: not of the form name@host
    NOT_AN_EMAIL = "not-an-email"
    #: not a telephone number, or one of a length that does not exist
    NOT_A_PHONE = "not-a-phone"
    #: a spreadsheet cut the digits: 1.38E+10
    SCIENTIFIC = "scientific-notation"


class BadAddress(GrowthError):
    """A text that cannot be written to; `fault` says why."""

    def __init__(self, message: str, *, fault: Fault, fix: str | None = None) -> None:
        super().__init__(message, fix=fix)
        self.fault = fault


#: the local part in the form that mailbox providers give out (RFC 5321 §4.1.2 dot-string; quoted strings are not read)
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+")
_PHONE_NOISE = re.compile(r"[\s\-().·‐-―]")
#: mainland mobile numbers: 11 digits from 13 to 19 (工业和信息化部, 电信网编号计划)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIXED = re.compile(r"10\d{8}|2\d{9}|[3-9]\d{8,10}")


def normal_email(text: str) -> str:
    """`text` in lower case, its domain in punycode. Raises BadAddress.

    RFC 5321 lets a host tell ``A@`` from ``a@``; none does, and who unsubscribed as one must not get mail as the other.
    """
    plain = unicodedata.normalize("NFKC", text).strip() if not text.isascii() else text.strip()
    local, at, host = plain.rpartition("@")
    if not at or len(local) > 64 or not _LOCAL.fullmatch(local):
        raise _not_an_email(text)
    return f"{local.lower()}@{_normal_host(host, text)}"


@lru_cache(maxsize=4096)
def _checked_host(host: str) -> str | None:
    low = host.lower().rstrip(".")
    if not low.isascii():
        try:
            low = idna.encode(low, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    return low if _HOST.fullmatch(low) else None


def _normal_host(host: str, text: str) -> str:
    found = _checked_host(host)
    if found is None:
        raise _not_an_email(text)
    return found


def _not_an_email(text: str) -> BadAddress:
    return BadAddress(_("not an e-mail address"), fault=Fault.NOT_AN_EMAIL, fix=_("write it as name@example.com"))


def normal_phone(text: str, *, country: str = "86") -> str:
    """`text` as E.164, ``+8613800138000``; a number without a country code is of `country`.

    Reads ``138-0013-8000``, ``86138…``, ``0086 138…`` and a spreadsheet's ``13800138000.0``. Raises BadAddress,
    its `fault` SCIENTIFIC where a spreadsheet already lost digits (``1.38E+10``).
    """
    plain = unicodedata.normalize("NFKC", text).strip() if not text.isascii() else text.strip()
    if _SCIENTIFIC.fullmatch(plain):
        raise BadAddress(
            _("a spreadsheet shortened this number"), fault=Fault.SCIENTIFIC, fix=_("format the column as text and enter the number again")
        )
    head, dot, tail = plain.partition(".")
    if dot and tail and not tail.strip("0") and head.lstrip("+").isdigit():
        plain = head
    plain = _PHONE_NOISE.sub("", plain)
    plus = plain.startswith("+")
    digits = plain[1:] if plus else plain
    if digits.startswith("00"):
        digits, plus = digits[2:], True
    if not digits.isascii() or not digits.isdigit():
        raise _not_a_phone()
    if not plus:
        digits = _with_country(digits, country)
    if digits.startswith("86"):
        digits = "86" + digits[2:].removeprefix("0")
        if not _is_chinese(digits[2:]):
            raise _not_a_phone()
    elif not 8 <= len(digits) <= 15 or digits.startswith("0"):
        raise _not_a_phone()
    return f"+{digits}"


def _with_country(digits: str, country: str) -> str:
    if country == "86":
        if digits.startswith("86") and _MOBILE.fullmatch(digits[2:]):
            return digits
        # the trunk prefix of long distance: 010…, 0138…
        return "86" + (digits[1:] if digits.startswith("0") else digits)
    return digits if digits.startswith(country) and len(digits) > 10 else country + digits.removeprefix("0")


def _is_chinese(national: str) -> bool:
    """A mobile number, or a fixed line with its area code (10, 2x, three digits from 3 to 9) but without the trunk's 0."""
    return bool(_MOBILE.fullmatch(national) or _FIXED.fullmatch(national))


def _not_a_phone() -> BadAddress:
    return BadAddress(_("not a telephone number"), fault=Fault.NOT_A_PHONE, fix=_("write it as 13800138000 or +8613800138000"))


def normal_address(medium: Medium, text: str) -> str:
    """`text` in the normal form of its medium; an openid stays as it is. Raises BadAddress."""
    if medium is Medium.EMAIL:
        return normal_email(text)
    return normal_phone(text) if medium is Medium.SMS else text.strip()


def read_address(text: str) -> tuple[Medium, str]:
    """An e-mail or a phone as a person types it, told apart by its @. Raises BadAddress."""
    return (Medium.EMAIL, normal_email(text)) if "@" in text or "＠" in text else (Medium.SMS, normal_phone(text))


def calling_code(phone: str) -> str:
    """The country's calling code of an E.164 number, ``+86``: one to three digits, none of which begins another (ITU-T E.164)."""
    digits = phone.removeprefix("+")
    return "+" + digits[: 1 if digits[0] in "17" else 2 if int(digits[:2]) in _TWO_DIGITS else 3]


def domain_of(email: str) -> str:
    """The domain of a normal e-mail."""
    return email.rpartition("@")[2]
