"""Log-in sessions, kept on the server: a random token in the browser's cookie, its hash in a row.

A session ends after 12 hours of silence or 30 days, at log-out, and with every change of password, roles or state of its user.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from growth.accounts.models import KnownAddress, SessionRow, UserRow
from growth.db import vault
from growth.security import random_token, token_hash
from growth.text import cut, printable

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=30)
#: how old the last sight may be before it is written again: not every page may cost a write
_SEEN_STEP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """A live session and whose it is. `stale` asks for `touch_session`."""

    session_id: int
    user_id: int
    created_at: datetime
    seen_at: datetime
    browser: str
    stale: bool


def start_session(session: Session, *, user_id: int, address: str, browser: str = "", now: datetime) -> str:
    """A new session; the token for the cookie, 256 bits, which is not kept."""
    token = random_token(32)
    where = vault(session).index("address", address)
    session.add(
        SessionRow(
            token_hash=token_hash(token),
            user_id=user_id,
            created_at=now,
            seen_at=now,
            address_index=where,
            browser=cut(printable(browser), 60),
        )
    )
    session.merge(KnownAddress(user_id=user_id, address_index=where, seen_at=now))
    session.execute(delete(SessionRow).where((SessionRow.seen_at < now - IDLE) | (SessionRow.created_at < now - ABSOLUTE)))
    session.flush()
    return token


def find_session(session: Session, *, token: str, now: datetime) -> tuple[LoggedIn, UserRow] | None:
    """The live session behind a cookie and its user's row, or None: unknown, ended, too old, or the user is disabled."""
    found = session.execute(
        select(SessionRow, UserRow).join(UserRow, UserRow.id == SessionRow.user_id).where(SessionRow.token_hash == token_hash(token))
    ).first()
    if found is None:
        return None
    row, user = found
    if row.seen_at < now - IDLE or row.created_at < now - ABSOLUTE or user.disabled_at is not None:
        return None
    return _logged_in(row, now), user


def touch_session(session: Session, *, session_id: int, now: datetime) -> None:
    """Remember that the session was used."""
    row = session.get(SessionRow, session_id)
    if row is not None and row.seen_at < now:
        row.seen_at = now


def end_session(session: Session, *, token: str) -> None:
    """Log out."""
    session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash(token)))


def end_sessions(session: Session, *, user_id: int, but: int | None = None) -> None:
    """End every session of the user, `but` that one."""
    query = delete(SessionRow).where(SessionRow.user_id == user_id)
    session.execute(query if but is None else query.where(SessionRow.id != but))


def list_sessions(session: Session, *, user_id: int, now: datetime) -> list[LoggedIn]:
    """The live sessions of a user, the latest first."""
    query = (
        select(SessionRow)
        .where(SessionRow.user_id == user_id, SessionRow.seen_at >= now - IDLE, SessionRow.created_at >= now - ABSOLUTE)
        .order_by(SessionRow.seen_at.desc())
    )
    return [_logged_in(row, now) for row in session.scalars(query)]


def _logged_in(row: SessionRow, now: datetime) -> LoggedIn:
    return LoggedIn(
        session_id=row.id,
        user_id=row.user_id,
        created_at=row.created_at,
        seen_at=row.seen_at,
        browser=row.browser,
        stale=row.seen_at < now - _SEEN_STEP,
    )
