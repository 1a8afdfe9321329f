"""How wide, how long and how safe a text is: full-width units, billed SMS parts, terminal-safe text."""

from __future__ import annotations

import re
import unicodedata

#: 3GPP TS 23.038 default alphabet; one septet each
_GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: its extension table; two septets each
_GSM7_EXTENSION = set("^{}\\[~]|€\f")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")


def full_width(text: str) -> float:
    """Width in full-width units: East Asian Wide and Fullwidth count 1, others 0.5 (UAX #11)."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.5 for c in text if not unicodedata.combining(c))


def cells(text: str) -> int:
    """Columns the text takes in a terminal."""
    return int(full_width(text) * 2)


def gsm7_septets(text: str) -> int | None:
    """Septets of `text` in the GSM-7 alphabet, or None where a character needs UCS-2 (3GPP TS 23.038 §6.2.1)."""
    total = 0
    for character in text:
        if character in _GSM7:
            total += 1
        elif character in _GSM7_EXTENSION:
            total += 2
        else:
            return None
    return total


def sms_parts(text: str, *, mainland: bool = True) -> int:
    """Billed parts of an SMS.

    Mainland China counts every character as one: 70 alone, 67 each when joined, signature included
    (help.aliyun.com/document_detail/414224). Elsewhere 160 GSM-7 septets or 70 UCS-2 characters alone,
    153 or 67 when joined (3GPP TS 23.040 §9.2.3.24). One non-breaking space makes a whole text UCS-2.
    """
    septets = None if mainland else gsm7_septets(text)
    if septets is not None:
        return 1 if septets <= 160 else -(-septets // 153)
    length = len(text) if mainland else len(text.encode("utf-16-le")) // 2
    return 1 if length <= 70 else -(-length // 67)


def printable(text: str) -> str:
    """`text` without control, escape and bidi characters and halves of surrogate pairs; tab and line feed stay.

    What comes out is safe in a terminal, a log line and a report.
    """
    return _CONTROL.sub("�", text)


def escaped_json(document: str) -> str:
    """JSON text with the characters that `printable` takes out written as escapes: the document stays the same, a terminal stays safe.

    JSON itself escapes only what lies below the space (RFC 8259 §7).
    """
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, an ellipsis showing that something is missing."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"
