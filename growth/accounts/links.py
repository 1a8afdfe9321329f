"""One-time links, valid for 7 days: for the first administrator, and for a user who sets a password."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from growth.accounts.audit import record
from growth.accounts.models import LinkRow, UserRow
from growth.accounts.passwords import PasswordHash
from growth.accounts.roles import Role
from growth.accounts.users import User, add_user, find_user, has_administrator, set_password, user_of
from growth.errors import GrowthError
from growth.language import _
from growth.security import BadToken, random_token, token_hash
from growth.workspace import Workspace

VALID_FOR = timedelta(days=7)


def first_admin_link(session: Session, *, workspace: Workspace, now: datetime) -> str:
    """The address at which the first administrator chooses a name and a password; an earlier such link ends.

    Raises GrowthError where there is an administrator already.
    """
    if has_administrator(session):
        raise GrowthError(_("there is an administrator already"), fix="growth user list; growth user password NAME")
    session.execute(delete(LinkRow).where(LinkRow.user_id.is_(None), LinkRow.used_at.is_(None)))
    token = _new_link(session, user_id=None, now=now)
    record(session, actor="command", action="user.first-link", now=now)
    return _address(workspace, token)


def password_link(session: Session, *, workspace: Workspace, name: str, actor: str, now: datetime) -> str:
    """The address at which the user `name` sets a password; earlier links of that user end. Raises UnknownUser."""
    user = find_user(session, name=name)
    session.execute(delete(LinkRow).where(LinkRow.user_id == user.id, LinkRow.used_at.is_(None)))
    token = _new_link(session, user_id=user.id, now=now)
    record(session, actor=actor, action="user.link", subject=f"user:{user.name}", now=now)
    return _address(workspace, token)


def link_user(session: Session, *, token: str, now: datetime) -> User | None:
    """Whom the link is for; None for the first administrator. Raises BadToken for one that is unknown, used or too old."""
    row = _live(session, token, now)
    return user_of(session.get_one(UserRow, row.user_id)) if row.user_id is not None else None


def use_link(session: Session, *, token: str, name: str = "", password_hash: PasswordHash, now: datetime) -> User:
    """Set the password; `name` is chosen only by the first administrator. The link is used up. Raises BadToken, UserExists."""
    row = _live(session, token, now)
    if row.user_id is None:
        if has_administrator(session):
            raise BadToken(_("there is an administrator already"), fix="growth user password NAME")
        user = add_user(session, name=name, roles=[Role.ADMIN], password_hash=password_hash, actor="link", now=now)
    else:
        found = user_of(session.get_one(UserRow, row.user_id))
        user = set_password(session, name=found.name, password_hash=password_hash, actor="link", now=now)
    row.used_at = now
    return user


def _live(session: Session, token: str, now: datetime) -> LinkRow:
    row = session.scalar(select(LinkRow).where(LinkRow.token_hash == token_hash(token)).with_for_update())
    disabled = row is not None and row.user_id is not None and session.get_one(UserRow, row.user_id).disabled_at is not None
    if row is None or row.used_at is not None or row.expires_at <= now or disabled:
        raise BadToken(
            _("this link was used, replaced, or is older than 7 days"),
            fix=_("ask an administrator for a new one: growth user password NAME"),
        )
    return row


def _new_link(session: Session, *, user_id: int | None, now: datetime) -> str:
    token = random_token()
    session.add(LinkRow(token_hash=token_hash(token), user_id=user_id, created_at=now, expires_at=now + VALID_FOR))
    session.flush()
    return token


def _address(workspace: Workspace, token: str) -> str:
    return f"{workspace.settings.public_url}welcome/{token}"
