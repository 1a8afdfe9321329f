"""Encryption of single fields, with a blind index for exact look-up, and signed tokens.

AES-256-GCM (NIST SP 800-38D), a random 96-bit nonce, additional data ``table.column:row``: a ciphertext moved to another row or
column does not open. The blind index is HMAC-SHA256 under a key of its own, over the normalised value.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from itsdangerous import BadSignature, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer

from growth.errors import GrowthError
from growth.language import _
from growth.security.keys import KEY_ID, KeyRing, parse_key, parse_keys
from growth.security.tokens import BadToken

_VERSION = 1
_NONCE, _TAG = 12, 16
#: a value whose key is missing makes the ring be read anew, at most so often
LOOK_SECONDS = 1.0


class CannotOpen(GrowthError):
    """A sealed value does not open: wrong key, or it was moved or changed."""


class KeyMissing(CannotOpen):
    """A value was sealed under a key that is not in the ring; `key_id` is which."""

    def __init__(self, message: str, *, key_id: str, fix: str) -> None:
        super().__init__(message, fix=fix)
        self.key_id = key_id


class Vault:
    """Seals, opens, indexes and signs with the keys of one workspace."""

    def __init__(self, ring: KeyRing, index_key: bytes, signing_key: bytes, *, again: Callable[[], KeyRing] | None = None) -> None:
        self._again = again
        self._looked = -LOOK_SECONDS
        self._use(ring)
        self._index_key = index_key
        self._signing_key = signing_key

    @classmethod
    def from_texts(cls, *, keys: str, index_key: str, signing_key: str, again: Callable[[], str] | None = None) -> Vault:
        """From the texts of ``.env``; `again` reads that of the keys anew, when a value is sealed under a newer one. Raises WeakKey."""
        return cls(
            parse_keys(keys),
            parse_key("GROWTH_INDEX_KEY", index_key),
            parse_key("GROWTH_SIGNING_KEY", signing_key),
            again=None if again is None else lambda: parse_keys(again()),
        )

    @property
    def key_id(self) -> str:
        """Id of the key that encrypts now."""
        return self._ring.current[0]

    def seal(self, place: str, row: UUID | int | str, value: str) -> bytes:
        """`value` encrypted for `place` (``table.column``) of `row`."""
        head, encrypt = self._sealing
        nonce = os.urandom(_NONCE)
        return head + nonce + encrypt(nonce, value.encode(), _context(place, row))

    def open(self, place: str, row: UUID | int | str, sealed: bytes) -> str:
        """The value behind `sealed`. Raises CannotOpen."""
        if not self.is_sealed(sealed):
            raise CannotOpen(_("{place} of row {row} does not open: it is no sealed value", place=place, row=row))
        key_id, end = self.key_of(sealed), 2 + sealed[1]
        cipher = self._ciphers.get(key_id) or self._newer(key_id)
        if cipher is None:
            raise KeyMissing(
                _("{place} of row {row} was sealed with a key that GROWTH_KEYS does not hold", place=place, row=row),
                key_id=key_id,
                fix=_("add the old key to GROWTH_KEYS in .env"),
            )
        try:
            return cipher.decrypt(sealed[end : end + _NONCE], sealed[end + _NONCE :], _context(place, row)).decode()
        except (InvalidTag, UnicodeDecodeError) as fault:
            raise CannotOpen(_("{place} of row {row} does not open: the value was moved or changed", place=place, row=row)) from fault

    def _newer(self, key_id: str) -> AESGCM | None:
        """The cipher of a key that was put into the ring since this process began (growth keys rotate, in another one)."""
        if self._again is None or time.monotonic() - self._looked < LOOK_SECONDS:
            return None
        self._looked = time.monotonic()
        self._use(self._again())
        return self._ciphers.get(key_id)

    def _use(self, ring: KeyRing) -> None:
        self._ring = ring
        self._ciphers = {key_id: AESGCM(key) for key_id, key in ring.keys}
        current = ring.current[0]
        # one value, so that another thread never takes the mark of one key and the cipher of another
        self._sealing = self.mark(current), self._ciphers[current].encrypt

    def is_sealed(self, value: bytes) -> bool:
        """Whether `value` has the form of a sealed one (an index, a hash or a cut value has not, but by chance)."""
        if len(value) < 2 or value[0] != _VERSION or len(value) < 2 + value[1] + _NONCE + _TAG:
            return False
        return KEY_ID.match(value[2 : 2 + value[1]].decode("ascii", "replace")) is not None

    def key_of(self, sealed: bytes) -> str:
        """Id of the key that sealed the value."""
        return sealed[2 : 2 + sealed[1]].decode()

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of the keys in the ring, the one that encrypts first."""
        return tuple(key_id for key_id, _key in self._ring.keys)

    @staticmethod
    def mark(key_id: str) -> bytes:
        """The first bytes of every value that the key of that id seals."""
        return bytes((_VERSION, len(key_id))) + key_id.encode()

    def index(self, kind: str, value: str) -> bytes:
        """Blind index of a normalised value: 32 bytes, equal for equal values of one kind."""
        return hmac.digest(self._index_key, f"{kind}\0{value}".encode(), "sha256")

    def sign(self, purpose: str, payload: object) -> str:
        """A URL-safe token for `payload` (JSON), valid until the signing key changes. Good for `purpose` only."""
        return str(URLSafeSerializer(self._signing_key, salt=purpose, signer_kwargs=_SIGNER).dumps(payload))

    def unsign(self, purpose: str, token: str) -> object:
        """The payload of `token`. Raises BadToken."""
        try:
            return URLSafeSerializer(self._signing_key, salt=purpose, signer_kwargs=_SIGNER).loads(token)
        except (BadSignature, ValueError) as fault:
            raise BadToken(_("this link is not valid")) from fault

    def sign_timed(self, purpose: str, payload: object) -> str:
        """Like `sign`, with the time of signing inside."""
        return str(URLSafeTimedSerializer(self._signing_key, salt=purpose, signer_kwargs=_SIGNER).dumps(payload))

    def unsign_timed(self, purpose: str, token: str, *, max_age_seconds: int) -> object:
        """The payload of a token at most `max_age_seconds` old. Raises BadToken."""
        try:
            return URLSafeTimedSerializer(self._signing_key, salt=purpose, signer_kwargs=_SIGNER).loads(token, max_age=max_age_seconds)
        except SignatureExpired as fault:
            raise BadToken(_("this link has expired"), fix=_("ask for a new one")) from fault
        except (BadSignature, ValueError) as fault:
            raise BadToken(_("this link is not valid")) from fault


_SIGNER = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}


def _context(place: str, row: UUID | int | str) -> bytes:
    return f"{place}:{row}".encode()
