"""Links that a message carries for its recipient: unsubscribe, preferences, open pixel.

Tokens name the person and the stream; they never expire, since a mail may be read after years
(互联网电子邮件服务管理办法 第十四条 asks for 30 days).
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hmac import compare_digest
from uuid import UUID

from growth.contacts import Medium
from growth.language import _
from growth.security import BadToken, Vault
from growth.workspace import Workspace

_UNSUBSCRIBE, _PREFERENCES, _OPEN = "unsubscribe", "preferences", "open"
#: bytes of proof: 128 bits
_PROOF = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a token was made for."""

    contact_id: UUID
    medium: Medium
    stream: str


def unsubscribe_url(workspace: Workspace, keys: Vault, *, contact_id: UUID, medium: Medium, stream: str) -> str:
    """One click (POST, RFC 8058) ends messages of this medium; GET shows a page with one button."""
    return f"{workspace.settings.public_url}unsubscribe/{_token(keys, _UNSUBSCRIBE, f'{contact_id.hex}{medium.value}:{stream}')}"


def preferences_url(workspace: Workspace, keys: Vault, *, contact_id: UUID) -> str:
    """Where the person says what they want."""
    return f"{workspace.settings.public_url}preferences/{_token(keys, _PREFERENCES, contact_id.hex)}"


def pixel_url(workspace: Workspace, keys: Vault, *, delivery_id: UUID) -> str:
    """The picture that tells that a mail was opened."""
    return f"{workspace.settings.public_url}o/{_token(keys, _OPEN, delivery_id.hex)}.gif"


def read_unsubscribe(keys: Vault, token: str) -> Recipient:
    """Whom an unsubscribe token was made for. Raises BadToken."""
    found = _read(keys, _UNSUBSCRIBE, token)
    medium, _colon, stream = found[32:].partition(":")
    try:
        return Recipient(contact_id=UUID(found[:32]), medium=Medium(medium), stream=stream)
    except ValueError as fault:
        raise BadToken(_("this link is not valid")) from fault


def read_preferences(keys: Vault, token: str) -> UUID:
    """The contact of a preferences token. Raises BadToken."""
    return UUID(_read(keys, _PREFERENCES, token))


def read_pixel(keys: Vault, token: str) -> UUID:
    """The delivery of an open pixel. Raises BadToken."""
    return UUID(_read(keys, _OPEN, token))


def _token(keys: Vault, purpose: str, payload: str) -> str:
    """`payload` with 128 bits of proof, URL-safe. Made by the million, so by one HMAC, under the index key, which stays for good."""
    return urlsafe_b64encode(payload.encode() + keys.index(f"token:{purpose}", payload)[:_PROOF]).rstrip(b"=").decode()


def _read(keys: Vault, purpose: str, token: str) -> str:
    try:
        found = urlsafe_b64decode(token + "=" * (-len(token) % 4)) if token.isascii() and len(token) <= 500 else b""
        payload = found[:-_PROOF].decode()
    except (binascii.Error, ValueError) as fault:
        raise BadToken(_("this link is not valid")) from fault
    proof = keys.index(f"token:{purpose}", payload)[:_PROOF]
    # the canonical form only: base64 has several spellings of the same bytes
    if len(found) <= _PROOF or not compare_digest(found[-_PROOF:], proof) or _token(keys, purpose, payload) != token:
        raise BadToken(_("this link is not valid"))
    return payload
