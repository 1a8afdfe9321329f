"""Pure security parts: field encryption, blind index, signed tokens, masks. Knows no database and no web."""

from growth.security.keys import KeyRing, WeakKey, fresh_key, parse_keys, with_fresh_key
from growth.security.mask import mask_address, mask_email, mask_name, mask_phone
from growth.security.tokens import BadToken, random_token, token_hash
from growth.security.vault import CannotOpen, KeyMissing, Vault

__all__ = [
    "BadToken",
    "CannotOpen",
    "KeyMissing",
    "KeyRing",
    "Vault",
    "WeakKey",
    "fresh_key",
    "mask_address",
    "mask_email",
    "mask_name",
    "mask_phone",
    "parse_keys",
    "random_token",
    "token_hash",
    "with_fresh_key",
]
