"""Links that a message carries for its recipient: unsubscribe, preferences, open pixel.

Tokens name the person and the stream; they never expire, since a mail may be read after years
(互联网电子邮件服务管理办法 第十四条 asks for 30 days).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from growth.contacts import Medium
from growth.security import BadToken, Vault
from growth.workspace import Workspace

_UNSUBSCRIBE, _PREFERENCES, _OPEN = "unsubscribe", "preferences", "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a token was made for."""

    contact_id: UUID
    medium: Medium
    stream: str


def unsubscribe_url(workspace: Workspace, keys: Vault, *, contact_id: UUID, medium: Medium, stream: str) -> str:
    """One click (POST, RFC 8058) ends messages of this medium; GET shows a page with one button."""
    return f"{workspace.settings.public_url}unsubscribe/{keys.sign(_UNSUBSCRIBE, [contact_id.hex, medium.value, stream])}"


def preferences_url(workspace: Workspace, keys: Vault, *, contact_id: UUID) -> str:
    """Where the person says what they want."""
    return f"{workspace.settings.public_url}preferences/{keys.sign(_PREFERENCES, contact_id.hex)}"


def pixel_url(workspace: Workspace, keys: Vault, *, delivery_id: UUID) -> str:
    """The picture that tells that a mail was opened."""
    return f"{workspace.settings.public_url}o/{keys.sign(_OPEN, delivery_id.hex)}.gif"


def read_unsubscribe(keys: Vault, token: str) -> Recipient:
    """Whom an unsubscribe token was made for. Raises BadToken."""
    found = keys.unsign(_UNSUBSCRIBE, token)
    if not (isinstance(found, list) and len(found) == 3):
        raise BadToken("this link is not valid")
    return Recipient(contact_id=UUID(found[0]), medium=Medium(found[1]), stream=str(found[2]))


def read_preferences(keys: Vault, token: str) -> UUID:
    """The contact of a preferences token. Raises BadToken."""
    return UUID(str(keys.unsign(_PREFERENCES, token)))


def read_pixel(keys: Vault, token: str) -> UUID:
    """The delivery of an open pixel. Raises BadToken."""
    return UUID(str(keys.unsign(_OPEN, token)))
