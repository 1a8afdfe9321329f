"""The platform's message encryption (安全模式), written from its description and independent of the library that the program uses.

AES-256-CBC, key = base64(EncodingAESKey + "="), IV = its first 16 bytes; plain text = 16 random bytes, length (4 bytes, big-endian),
message, app id; PKCS7 padding to 32 bytes. Signatures are the SHA-1 of the sorted, joined parts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from growth.errors import GrowthError

_BLOCK = 32


class CannotDecrypt(GrowthError):
    """The cipher text is not one of ours."""


def signature(*parts: str) -> str:
    """SHA-1 of the sorted parts: of (token, timestamp, nonce) for a request, with the cipher text besides for an encrypted body."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the platform's own choice


def encrypt(message: str, *, key: str, app_id: str) -> str:
    """`message` as base64 cipher text under the 43 characters of EncodingAESKey."""
    raw = message.encode()
    plain = secrets.token_bytes(16) + struct.pack(">I", len(raw)) + raw + app_id.encode()
    pad = _BLOCK - len(plain) % _BLOCK
    aes = _key(key)
    encryptor = Cipher(algorithms.AES(aes), modes.CBC(aes[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def decrypt(cipher_text: str, *, key: str, app_id: str) -> str:
    """The message in `cipher_text`. Raises CannotDecrypt for a wrong key, padding or app id."""
    aes = _key(key)
    try:
        raw = base64.b64decode(cipher_text, validate=True)
        decryptor = Cipher(algorithms.AES(aes), modes.CBC(aes[:16])).decryptor()
        plain = decryptor.update(raw) + decryptor.finalize()
        pad = plain[-1]
        if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise CannotDecrypt("the padding is wrong")
        (length,) = struct.unpack(">I", plain[16:20])
        message, owner = plain[20 : 20 + length], plain[20 + length : -pad]
        if owner.decode() != app_id:
            raise CannotDecrypt(f"encrypted for {owner.decode()!r}, not for {app_id}")
        return message.decode()
    except (ValueError, IndexError, struct.error, binascii.Error) as fault:
        raise CannotDecrypt(f"not a cipher text of this account: {fault}") from fault


def _key(text: str) -> bytes:
    return base64.b64decode(text + "=")
