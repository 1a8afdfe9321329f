"""Who stands behind a session cookie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from growth.accounts.sessions import LoggedIn, find_session, touch_session
from growth.accounts.users import User, user_of
from growth.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A user and the session they are here with."""

    user: User
    session: LoggedIn


def who_is(database: Database, *, token: str, now: datetime) -> Presence | None:
    """The user behind the token, or None; the session's last sight is written at most every few minutes."""
    with database.read() as session:
        found = find_session(session, token=token, now=now)
        if found is None:
            return None
        presence = Presence(user=user_of(found[1]), session=found[0])
    if presence.session.stale:
        with database.write() as session:
            touch_session(session, session_id=presence.session.session_id, now=now)
    return presence
