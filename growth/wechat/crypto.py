"""Signatures and message encryption of official accounts.

Signature: SHA-1 of the sorted, concatenated [token, timestamp, nonce] (and the ciphertext, for ``msg_signature``).
Encryption: AES-256-CBC under base64(EncodingAESKey + "="), IV its first 16 bytes, over 16 random bytes, a 4-byte length, the XML and
the AppID, padded to 32. Source: developers.weixin.qq.com › 消息加解密说明.
Own code, because wechatpy 1.8.18 compares signatures in variable time and does not check the padding.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32


class Unverified(Exception):
    """A signature, a key or a ciphertext is not what it should be."""


def signature(*parts: str) -> str:
    """The signature over `parts`, token included."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the protocol's own


def check_signature(given: str, *parts: str) -> None:
    """Raise Unverified where `given` is not the signature over `parts`; compared in constant time."""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), signature(*parts).encode()):
        raise Unverified("the signature does not fit")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Opens and seals messages with one account's keys: the current one first, then the previous ones."""

    app_id: str
    keys: tuple[bytes, ...]

    @classmethod
    def from_texts(cls, app_id: str, *aes_keys: str) -> Envelope:
        """From EncodingAESKeys of 43 characters. Raises Unverified for one that is none."""
        keys = []
        for text in aes_keys:
            try:
                key = base64.b64decode(text + "=", validate=True)
            except ValueError as fault:
                raise Unverified("EncodingAESKey is not base64") from fault
            if len(text) != 43 or len(key) != 32:
                raise Unverified("EncodingAESKey has 43 letters and digits")
            keys.append(key)
        return cls(app_id, tuple(keys))

    def open(self, ciphertext: str) -> bytes:
        """The XML inside. Raises Unverified where no key opens it, or it is for another account."""
        try:
            sealed = base64.b64decode(ciphertext, validate=True)
        except ValueError as fault:
            raise Unverified("the ciphertext is not base64") from fault
        if not sealed or len(sealed) % 16:
            raise Unverified("the ciphertext has no whole blocks")
        for key in self.keys:
            if (content := _opened(sealed, key, self.app_id.encode())) is not None:
                return content
        raise Unverified("no key opens the message, or it is for another account")

    def seal(self, content: bytes) -> str:
        """`content` for WeChat, under the current key."""
        plain = secrets.token_bytes(16) + len(content).to_bytes(4, "big") + content + self.app_id.encode()
        padding = _BLOCK - len(plain) % _BLOCK
        plain += bytes([padding]) * padding
        encryptor = Cipher(algorithms.AES(self.keys[0]), modes.CBC(self.keys[0][:16])).encryptor()
        return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def _opened(sealed: bytes, key: bytes, app_id: bytes) -> bytes | None:
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(sealed) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        return None
    body = plain[16:-padding]
    length = int.from_bytes(body[:4], "big")
    content, owner = body[4 : 4 + length], body[4 + length :]
    if len(body) < 4 + length or not hmac.compare_digest(owner, app_id):
        return None
    return content
