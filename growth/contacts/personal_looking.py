"""Telling whether a column that nobody declared holds personal data: e-mails, phones, ID cards, bank cards. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Looks(StrEnum):
    """What a value looks like."""

    #: name@host
    EMAIL = "email"
    #: a mainland mobile number
    PHONE = "phone"
    #: a mainland ID number with a right check digit (GB 11643-1999)
    ID_CARD = "id-card"
    #: 16 to 19 digits with a right check digit (ISO/IEC 7812-1)
    BANK_CARD = "bank-card"


_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}(?:\.0)?")
_ID_CARD = re.compile(r"[1-9]\d{5}(?:19|20)\d{9}[\dXx]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD = re.compile(r"\d{16,19}")


def looks_like(value: str) -> Looks | None:
    """What a single value looks like, or None."""
    if len(value) < 6:
        return None
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", value) if not value.isascii() else value)
    if "@" in plain:
        return Looks.EMAIL if _EMAIL.fullmatch(plain) else None
    if not plain or not (plain[0].isdigit() or plain[0] == "+"):
        return None
    if _MOBILE.fullmatch(plain):
        return Looks.PHONE
    if _ID_CARD.fullmatch(plain) and _id_check(plain) == plain[17].upper():
        return Looks.ID_CARD
    return Looks.BANK_CARD if _CARD.fullmatch(plain) and _luhn(plain) else None


def _id_check(digits: str) -> str:
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits[:17], _ID_WEIGHTS, strict=True)) % 11]


def _luhn(digits: str) -> bool:
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character)
        total += value if position % 2 == 0 else value * 2 - 9 * (value > 4)
    return total % 10 == 0


@dataclass(slots=True)
class ColumnLook:
    """What the values of one column look like so far."""

    values: int = 0
    cards: int = 0
    found: Looks | None = None
    row: int = 0

    def see(self, value: str, row: int) -> None:
        """Take one more value."""
        self.values += 1
        looks = looks_like(value)
        if looks is Looks.BANK_CARD:
            self.cards += 1
        elif looks is not None and self.found is None:
            self.found, self.row = looks, row

    @property
    def verdict(self) -> Looks | None:
        """What the column holds. One order number in ten has a bank card's check digit by chance, so most values must have it."""
        if self.found is not None:
            return self.found
        return Looks.BANK_CARD if self.cards * 2 > self.values else None
