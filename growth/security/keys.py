"""The key ring of ``GROWTH_KEYS=k2:…,k1:…``: the first key encrypts, all of them decrypt."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass

from growth.errors import GrowthError
from growth.language import _

KEY_BYTES = 32
#: fewer different bytes than this are no accident: a random key has about thirty (below 16 once in 10^17 keys)
_FEWEST_BYTES = 16
#: form of the id of a key
KEY_ID = re.compile(r"^[a-z0-9]{1,8}\Z")


class WeakKey(GrowthError):
    """A key is missing, malformed or too short."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by id, the encrypting one first."""

    keys: tuple[tuple[str, bytes], ...]

    @property
    def current(self) -> tuple[str, bytes]:
        """Id and bytes of the key that encrypts."""
        return self.keys[0]

    def get(self, key_id: str) -> bytes | None:
        """The key of that id, or None."""
        return dict(self.keys).get(key_id)


def fresh_key() -> str:
    """32 random bytes, URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).rstrip(b"=").decode()


def with_fresh_key(text: str) -> str:
    """``GROWTH_KEYS`` with a new key in front, its id the next of k1, k2 … Raises WeakKey where `text` is none."""
    numbers = [int(key_id[1:]) for key_id, _key in parse_keys(text).keys if key_id[:1] == "k" and key_id[1:].isdigit()]
    return f"k{max(numbers, default=0) + 1}:{fresh_key()},{text.strip()}"


def parse_keys(text: str) -> KeyRing:
    """Read ``k2:…,k1:…``. Raises WeakKey naming the entry, never printing key material."""
    keys: list[tuple[str, bytes]] = []
    for position, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        key_id, colon, material = entry.partition(":")
        if not colon or not KEY_ID.match(key_id):
            raise WeakKey(
                _("GROWTH_KEYS: entry {position} has no id", position=position),
                fix=_("write it as k1:KEY, the id of lower-case letters and digits"),
            )
        keys.append((key_id, parse_key(f"GROWTH_KEYS {key_id}", material)))
    if not keys:
        raise WeakKey(_("GROWTH_KEYS is empty"), fix=_("take the line from .env of this workspace, or restore it from your password store"))
    if len(dict(keys)) != len(keys):
        raise WeakKey(_("GROWTH_KEYS has an id twice"), fix=_("give each key an id of its own"))
    return KeyRing(tuple(keys))


def parse_key(name: str, material: str) -> bytes:
    """The 32 bytes behind base64 `material`. Raises WeakKey naming `name`."""
    fix = _("a key is 32 random bytes in base64; `growth init` makes them")
    bare = material.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        # strictly: a stray character would be left out in silence, and the key be another
        key = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except ValueError as fault:
        raise WeakKey(_("{name} is not base64", name=name), fix=fix) from fault
    if len(key) < KEY_BYTES:
        raise WeakKey(_("{name} has {n} bytes, {needed} are needed", name=name, n=len(key), needed=KEY_BYTES), fix=fix)
    if len(set(key[:KEY_BYTES])) < _FEWEST_BYTES:
        raise WeakKey(_("{name} is not random: the same few bytes come again and again", name=name), fix=fix)
    return key[:KEY_BYTES]
