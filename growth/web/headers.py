"""Headers of every answer: what a browser may run, show and tell (OWASP ASVS 5.0 §3.4)."""

from __future__ import annotations

from collections.abc import Iterable

#: our own scripts and styles only, none of them within a page; charts are SVG with attributes of their own
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)

ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")


def preview_policy(site_origin: str) -> str:
    """For a page that shows what others wrote (a mail's preview, a crawled page): no script, no form, images of ours and the site's only.

    ``sandbox`` gives it an origin of its own wherever it is opened; only our own pages may frame it.
    """
    images = f"img-src 'self' data: {site_origin}"
    return f"sandbox; default-src 'none'; style-src 'unsafe-inline'; {images}; frame-ancestors 'self'; base-uri 'none'"


def with_headers(headers: Iterable[tuple[bytes, bytes]], *, secure: bool) -> list[tuple[bytes, bytes]]:
    """The answer's own headers and those of every answer; what the answer says itself wins."""
    own = [(name.lower(), value) for name, value in headers]
    said = {name for name, _value in own}
    added = [pair for pair in (*ALWAYS, *((_HSTS,) if secure else ())) if pair[0] not in said]
    return own + added
