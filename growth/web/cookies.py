"""Our three cookies: the session, the form of someone who is not logged in yet, a sentence about what was just done."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from litestar.datastructures import Cookie

from growth.rendering import Flash
from growth.security import BadToken, Vault
from growth.text import cut

SESSION = "growth"
FORM = "growth-form"
FLASH = "growth-flash"
_MONTH = 30 * 24 * 3600


def cookie_name(name: str, *, secure: bool) -> str:
    """Over https a name that browsers keep from being set by anybody else (ASVS 3.3)."""
    return f"__Host-{name}" if secure else name


def set_cookie(name: str, value: str, *, secure: bool, seconds: int | None = None, strict: bool = False) -> Cookie:
    """HttpOnly, for the whole host. `seconds` None ends it with the browser."""
    return Cookie(
        key=cookie_name(name, secure=secure),
        value=value,
        path="/",
        httponly=True,
        secure=secure,
        samesite="strict" if strict else "lax",
        max_age=seconds,
    )


def session_cookie(token: str, *, secure: bool) -> Cookie:
    """The cookie of a session; the server ends the session, not the cookie."""
    return set_cookie(SESSION, token, secure=secure, seconds=_MONTH)


def drop_cookie(name: str, *, secure: bool) -> Cookie:
    """The cookie goes."""
    return set_cookie(name, "", secure=secure, seconds=0)


def csrf_token(secret: str) -> str:
    """What every form carries, made from the cookie's secret, which it does not tell."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"csrf\0" + secret.encode()).digest()).rstrip(b"=").decode()


def csrf_fits(secret: str, token: str) -> bool:
    """Whether `token` belongs to the cookie."""
    return hmac.compare_digest(csrf_token(secret).encode(), token.encode())


def flash_cookie(vault: Vault, flashes: list[Flash], *, secure: bool) -> Cookie:
    """Sentences for the next page, signed, so that nobody else puts words into our mouth."""
    told = [[cut(flash.text, 300), flash.tone] for flash in flashes[-3:]]
    return set_cookie(FLASH, vault.sign("flash", told), secure=secure, seconds=60)


def read_flashes(vault: Vault, value: str | None) -> list[Flash]:
    """The sentences behind a cookie; a forged one is nothing."""
    if not value:
        return []
    try:
        told = vault.unsign("flash", value)
    except BadToken:
        return []
    pairs = json.loads(json.dumps(told))
    return [Flash(text=str(text), tone=str(tone)) for text, tone in pairs if tone in ("good", "warning", "bad", "")]
