"""Passwords: argon2id (RFC 9106), and what is refused as one (OWASP ASVS 5.0 §6.2: length over composition, no known ones)."""

from __future__ import annotations

import threading
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import NewType

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from growth.errors import GrowthError
from growth.language import _

SHORTEST = 8
LONGEST = 256

#: 64 MiB, 3 passes, 4 lanes: RFC 9106's second recommended option
_hasher = PasswordHasher()
#: two at a time: each takes 64 MiB, and a flood of log-ins must not take the machine
_turns = threading.BoundedSemaphore(2)

#: an argon2id hash in PHC form; only `hash_password` makes one, outside any transaction, since it takes a tenth of a second
PasswordHash = NewType("PasswordHash", str)


class WeakPassword(GrowthError):
    """The password is too short, too long, or among the first that anybody would try."""


def check_password(password: str, *, name: str = "") -> None:
    """Raise WeakPassword where `password` is not fit for the user `name`."""
    if len(password) < SHORTEST:
        raise WeakPassword(
            _("the password has {n} characters, {least} are needed", n=len(password), least=SHORTEST), fix=_("four words make a good one")
        )
    if len(password) > LONGEST:
        raise WeakPassword(_("the password is longer than {most} characters", most=LONGEST))
    plain = password.lower()
    if plain in _known() or len(set(plain)) < 4 or _runs(plain):
        raise WeakPassword(_("this password is among the first that are tried"), fix=_("four words make a good one"))
    if name and plain.replace(name.lower(), "").strip("0123456789!@#._- ") == "":
        raise WeakPassword(_("the password is the user's name"), fix=_("four words make a good one"))


def hash_password(password: str, *, name: str = "") -> PasswordHash:
    """The argon2id hash of a password that passes `check_password`. Raises WeakPassword."""
    check_password(password, name=name)
    with _turns:
        return PasswordHash(_hasher.hash(password))


def password_fits(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`; takes as long where there is none."""
    with _turns:
        try:
            _hasher.verify(stored or _nobody(), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None and len(password) <= LONGEST


def fresh_hash(stored: str, password: str) -> PasswordHash | None:
    """The hash with today's settings, where `stored` was made with weaker ones."""
    if not _hasher.check_needs_rehash(stored):
        return None
    with _turns:
        return PasswordHash(_hasher.hash(password))


def _runs(plain: str) -> bool:
    """Whether it is one run of neighbours: 12345678, abcdefgh, 87654321."""
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return steps in ({1}, {-1})


_words: frozenset[str] | None = None


def _known() -> frozenset[str]:
    global _words
    if _words is None:
        text = (resources.files("growth.accounts") / "known_passwords.txt").read_text("utf-8")
        _words = frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return _words


@lru_cache
def _nobody() -> str:
    """What the password of an unknown user is compared with, so that the answer takes as long.

    Made when it is first needed: making one takes as long as a log-in, and most commands need none.
    """
    return _hasher.hash("nobody has this password")
