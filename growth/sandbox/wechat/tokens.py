"""Access tokens: the old kind, of which a new one replaces the last, and the stable kind; the two know nothing of each other.

Facts: developers.weixin.qq.com getAccessToken, getStableAccessToken.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from growth import clock
from growth.sandbox.pages import ZONE

LIFE = timedelta(seconds=7200)
#: an old token that was replaced, and a stable one near its end, live on so long beside the new
OVERLAP = timedelta(minutes=5)
LEGACY_A_DAY = 2000
STABLE_A_DAY = 500_000
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)


class TokenRefused(Exception):
    """The platform's error: (errcode, errmsg)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: datetime


class Tokens:
    """The tokens of one account, and how many were asked for today."""

    def __init__(self, *, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._valid: list[_Token] = []
        self._stable: _Token | None = None
        self._legacy: _Token | None = None
        self._forced_at: datetime | None = None
        self._counts: dict[tuple[str, str], int] = {}

    def legacy(self) -> tuple[str, int]:
        """A new token of the old kind and its seconds; the one before lives five minutes more."""
        with self._lock:
            self._count("legacy", LEGACY_A_DAY)
            if self._legacy:
                self._shorten(self._legacy)
            self._legacy = self._new()
            return self._legacy.value, int(LIFE.total_seconds())

    def stable(self, *, force: bool) -> tuple[str, int]:
        """The stable token and the seconds it has left: the same until five minutes before its end, or until forced anew."""
        with self._lock:
            self._count("stable", STABLE_A_DAY)
            now = self._now()
            if force and (self._forced_at is None or now - self._forced_at >= FORCED_APART):
                self._count("forced", FORCED_A_DAY)
                self._forced_at = now
                if self._stable:
                    self._valid = [token for token in self._valid if token.value != self._stable.value]
                self._stable = self._new()
            if self._stable is None or self._stable.until - now <= OVERLAP:
                self._stable = self._new()
            return self._stable.value, int((self._stable.until - now).total_seconds())

    def check(self, value: str | None) -> None:
        """Raises TokenRefused for a token that is missing, unknown or too old."""
        if not value:
            raise TokenRefused(41001, "access_token missing")
        with self._lock:
            found = next((token for token in self._valid if token.value == value), None)
        if found is None:
            hint = "access_token is invalid or not latest, could get access_token by getStableAccessToken"
            raise TokenRefused(40001, f"invalid credential, {hint}")
        if found.until <= self._now():
            raise TokenRefused(42001, "access_token expired")

    def forget(self) -> None:
        """Every token is void at once, as when somebody else refreshed them."""
        with self._lock:
            self._valid.clear()
            self._stable = self._legacy = None

    def _new(self) -> _Token:
        token = _Token(value=secrets.token_urlsafe(100)[:136], until=self._now() + LIFE)
        self._valid = [old for old in self._valid if old.until > self._now() - LIFE]
        self._valid.append(token)
        return token

    def _shorten(self, token: _Token) -> None:
        until = min(token.until, self._now() + OVERLAP)
        self._valid = [_Token(old.value, until) if old.value == token.value else old for old in self._valid]

    def _count(self, kind: str, most: int) -> None:
        key = (kind, self._now().astimezone(ZONE).date().isoformat())
        if self._counts.get(key, 0) >= most:
            raise TokenRefused(45009, "reach max api daily quota limit")
        self._counts[key] = self._counts.get(key, 0) + 1
