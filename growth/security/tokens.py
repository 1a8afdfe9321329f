"""Random tokens: the secret goes out once, only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets

from growth.errors import GrowthError


class BadToken(GrowthError):
    """A token is malformed, forged, expired or used."""


def random_token(size_bytes: int = 24) -> str:
    """A URL-safe random token; 24 bytes are 192 bits (ASVS 7.2.3 asks for 128)."""
    return secrets.token_urlsafe(size_bytes)


def token_hash(token: str) -> bytes:
    """What is stored of a token: a high-entropy secret needs no slow hash."""
    return hashlib.sha256(token.encode()).digest()
