"""No personal data leaves through a robot: e-mail addresses, phones, identity and bank cards are masked, wherever a text comes from."""

from __future__ import annotations

import re

from growth.security import mask_email, mask_phone

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
#: a number that is not part of a longer one, a decimal or a path of digits
_ID_CARD = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
_BANK_CARD = re.compile(r"(?<![0-9A-Za-z])[1-9](?:[ -]?[0-9]){15,18}(?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9A-Za-z])")


def without_personal_data(text: str) -> str:
    """`text` with e-mail addresses, mainland mobile numbers, identity cards (GB 11643) and bank cards masked."""
    text = _EMAIL.sub(lambda match: mask_email(match[0]), text)
    text = _ID_CARD.sub(lambda match: match[0][:6] + "********" + match[0][-4:], text)
    text = _BANK_CARD.sub(lambda match: _card(match[0]), text)
    return _PHONE.sub(lambda match: mask_phone(re.sub(r"[ -]", "", match[0]).removeprefix("+86")), text)


def _card(written: str) -> str:
    digits = re.sub(r"[ -]", "", written)
    return f"{digits[:4]}****{digits[-4:]}" if _luhn(digits) else written


def _luhn(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1 annex B): tells a card from any long number."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
