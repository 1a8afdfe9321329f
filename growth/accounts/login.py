"""Logging in: throttled by address and by account, with one answer and one duration for whatever is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from growth.accounts.audit import record
from growth.accounts.models import KnownAddress, LoginAttempt, UserRow
from growth.accounts.passwords import fresh_hash, hash_password, password_fits
from growth.accounts.sessions import start_session
from growth.accounts.users import User, login_row, note_login, set_password
from growth.db import Database, vault
from growth.errors import GrowthError
from growth.language import _

ATTEMPTS = 10
WINDOW = timedelta(minutes=1)
_KNOWN_FOR = timedelta(days=90)


class TooManyAttempts(GrowthError):
    """More than ten attempts a minute from one address or on one account; `retry_after` says when to come back."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(_("too many attempts to log in"), fix=_("wait a minute and try again"))
        self.retry_after = retry_after


class WrongLogin(GrowthError):
    """Name and password do not belong together; nothing is said about which is wrong."""

    def __init__(self) -> None:
        super().__init__(_("this name and password do not belong together"), fix=_("ask an administrator for a new password link"))


class WrongPassword(GrowthError):
    """The old password is not the one that was given."""

    def __init__(self) -> None:
        super().__init__(_("the password so far is another one"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLogin:
    """Who logged in, and the token for the cookie."""

    user: User
    token: str


def log_in(database: Database, *, name: str, password: str, address: str, browser: str = "", now: datetime) -> NewLogin:
    """Check name and password and start a session. Raises TooManyAttempts or WrongLogin.

    The costly hash is computed outside any transaction. An account is throttled only for addresses that it never logged in from,
    so that strangers cannot lock its owner out.
    """
    with database.write() as session:
        _count_attempt(session, name=name, address=address, now=now)
    with database.read() as session:
        found = login_row(session, name=name)
    fits = password_fits(found[1] if found else None, password)
    fresh = fresh_hash(found[1], password) if found and fits else None
    with database.write() as session:
        if found is None or not fits:
            record(session, actor="anonymous", action="login.refused", subject=_subject(session, name), now=now)
        else:
            user = found[0]
            note_login(session, user=user, password_hash=fresh, now=now)
            token = start_session(session, user_id=user.id, address=address, browser=browser, now=now)
            record(session, actor=f"user:{user.name}", action="login", subject=f"user:{user.name}", now=now)
            return NewLogin(user=user, token=token)
    raise WrongLogin


def change_password(database: Database, *, user: User, old: str, new: str, address: str, browser: str = "", now: datetime) -> str:
    """A new password for somebody who knows the old one; every session ends, the returned token is that of a new one.

    Attempts count as log-ins do. Raises TooManyAttempts, WrongPassword, WeakPassword.
    """
    with database.write() as session:
        _count_attempt(session, name=user.name, address=address, now=now)
    with database.read() as session:
        found = login_row(session, name=user.name)
    if not password_fits(found[1] if found else None, old):
        raise WrongPassword
    hashed = hash_password(new, name=user.name)
    with database.write() as session:
        set_password(session, name=user.name, password_hash=hashed, actor=f"user:{user.name}", now=now)
        return start_session(session, user_id=user.id, address=address, browser=browser, now=now)


def _count_attempt(session: Session, *, name: str, address: str, now: datetime) -> None:
    """Count one attempt under its address and its account; past the limit nothing more is written."""
    by_address = vault(session).index("login:address", address)
    by_account = vault(session).index("login:account", name.strip().lower())
    _refuse_beyond(session, by_address, now)
    keys = [by_address]
    if not _is_known(session, name=name, address=address, now=now):
        _refuse_beyond(session, by_account, now)
        keys.append(by_account)
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - WINDOW))
    session.add_all(LoginAttempt(key=key, at=now) for key in keys)


def _refuse_beyond(session: Session, key: bytes, now: datetime) -> None:
    recent = (
        select(LoginAttempt.at)
        .where(LoginAttempt.key == key, LoginAttempt.at > now - WINDOW)
        .order_by(LoginAttempt.at.desc())
        .limit(ATTEMPTS)
    )
    times = session.scalars(recent).all()
    if len(times) >= ATTEMPTS:
        raise TooManyAttempts(max(times[-1] + WINDOW - now, timedelta(seconds=1)))


def _is_known(session: Session, *, name: str, address: str, now: datetime) -> bool:
    query = (
        select(KnownAddress.user_id)
        .join(UserRow, UserRow.id == KnownAddress.user_id)
        .where(
            func.lower(UserRow.name) == name.strip().lower(),
            KnownAddress.address_index == vault(session).index("address", address),
            KnownAddress.seen_at > now - _KNOWN_FOR,
        )
    )
    return session.scalar(query) is not None


def _subject(session: Session, name: str) -> str:
    """Only names of real users are written down: people type passwords into the name's field."""
    known = session.scalar(select(UserRow.name).where(func.lower(UserRow.name) == name.strip().lower()))
    return f"user:{known}" if known else "unknown"
