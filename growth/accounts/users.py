"""Users: added, given roles, disabled; every change ends what it must end and stands in the audit log."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.accounts.audit import record
from growth.accounts.models import UserRow
from growth.accounts.passwords import PasswordHash
from growth.accounts.roles import Role, may, parse_roles
from growth.accounts.sessions import end_sessions
from growth.errors import GrowthError
from growth.language import LANGUAGES, _

_NAME = re.compile(r"^[\w][\w.@+-]{0,59}$")
THEMES = ("", "light", "dark")


class UnknownUser(GrowthError):
    """There is no user of that name."""


class UserExists(GrowthError):
    """There is a user of that name already."""


class LastAdministrator(GrowthError):
    """Nobody could manage users any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Someone who may log in. `state` is ``active``, ``invited`` (no password yet) or ``disabled``."""

    id: int
    name: str
    roles: frozenset[Role]
    language: str
    theme: str
    state: str
    created_at: datetime
    last_login_at: datetime | None

    def may(self, *wanted: str) -> bool:
        """Whether the user has one of the roles `wanted`; none wanted means anybody, an administrator may all."""
        return may(self.roles, wanted)


def add_user(
    session: Session, *, name: str, roles: Iterable[str], password_hash: PasswordHash | None = None, actor: str, now: datetime
) -> User:
    """A new user; without a password one that waits for a one-time link. Raises UserExists, UnknownRole."""
    name = _name(name)
    chosen = parse_roles(roles)
    if session.scalar(select(UserRow.id).where(func.lower(UserRow.name) == name.lower())) is not None:
        raise UserExists(_("there is a user “{name}” already", name=name), fix=f"growth user role {name} --role …")
    row = UserRow(
        name=name,
        password_hash=password_hash,
        roles=_stored(chosen),
        language="",
        theme="",
        created_at=now,
        password_at=now if password_hash is not None else None,
    )
    session.add(row)
    session.flush()
    record(session, actor=actor, action="user.add", subject=f"user:{name}", detail={"roles": row.roles}, now=now)
    return user_of(row)


def set_roles(session: Session, *, name: str, roles: Iterable[str], actor: str, now: datetime) -> User:
    """Replace the roles; the user's sessions end, so that the new rights hold at once. Raises LastAdministrator."""
    row = _row(session, name)
    chosen = parse_roles(roles)
    if Role.ADMIN not in chosen:
        _keep_an_administrator(session, row)
    before = list(row.roles)
    row.roles = _stored(chosen)
    if before != row.roles:
        end_sessions(session, user_id=row.id)
        record(session, actor=actor, action="user.role", subject=f"user:{row.name}", detail={"before": before, "after": row.roles}, now=now)
    return user_of(row)


def disable_user(session: Session, *, name: str, actor: str, now: datetime) -> User:
    """The user cannot log in and every session ends. Raises LastAdministrator."""
    row = _row(session, name)
    _keep_an_administrator(session, row)
    if row.disabled_at is None:
        row.disabled_at = now
        end_sessions(session, user_id=row.id)
        record(session, actor=actor, action="user.disable", subject=f"user:{row.name}", now=now)
    return user_of(row)


def enable_user(session: Session, *, name: str, actor: str, now: datetime) -> User:
    """A disabled user may log in again."""
    row = _row(session, name)
    if row.disabled_at is not None:
        row.disabled_at = None
        record(session, actor=actor, action="user.enable", subject=f"user:{row.name}", now=now)
    return user_of(row)


def set_password(session: Session, *, name: str, password_hash: PasswordHash, actor: str, now: datetime) -> User:
    """A new password; every session of the user ends."""
    row = _row(session, name)
    row.password_hash = password_hash
    row.password_at = now
    end_sessions(session, user_id=row.id)
    record(session, actor=actor, action="user.password", subject=f"user:{row.name}", now=now)
    return user_of(row)


def set_appearance(session: Session, *, user_id: int, language: str | None = None, theme: str | None = None) -> None:
    """The user's own language (empty: the site's) and colours (empty: the system's); None leaves one as it is."""
    row = session.get_one(UserRow, user_id)
    if language is not None and language in ("", *LANGUAGES):
        row.language = language
    if theme is not None and theme in THEMES:
        row.theme = theme


def login_row(session: Session, *, name: str) -> tuple[User, str] | None:
    """The user who may log in under that name, with the stored hash; None for an unknown, disabled or invited one."""
    row = session.scalar(select(UserRow).where(func.lower(UserRow.name) == name.strip().lower()))
    if row is None or row.disabled_at is not None or row.password_hash is None:
        return None
    return user_of(row), row.password_hash


def note_login(session: Session, *, user: User, password_hash: PasswordHash | None, now: datetime) -> None:
    """Remember the log-in, and the password's hash where it was made anew."""
    row = session.get_one(UserRow, user.id)
    row.last_login_at = now
    if password_hash is not None:
        row.password_hash = password_hash


def list_users(session: Session) -> list[User]:
    """All users by name."""
    return [user_of(row) for row in session.scalars(select(UserRow).order_by(UserRow.name))]


def find_user(session: Session, *, name: str) -> User:
    """The user of that name. Raises UnknownUser."""
    return user_of(_row(session, name))


def has_administrator(session: Session) -> bool:
    """Whether an administrator can log in."""
    return any(Role.ADMIN in user.roles and user.state == "active" for user in list_users(session))


def _name(name: str) -> str:
    stripped = name.strip()
    if not _NAME.match(stripped):
        raise GrowthError(
            _("“{name}” is not a user name", name=stripped[:60]),
            fix=_("use letters, digits and . _ - @ +, at most 60 characters, beginning with a letter or digit"),
        )
    return stripped


def _row(session: Session, name: str) -> UserRow:
    row = session.scalar(select(UserRow).where(func.lower(UserRow.name) == name.strip().lower()))
    if row is None:
        raise UnknownUser(_("there is no user “{name}”", name=name[:60]), fix="growth user list")
    return row


def _keep_an_administrator(session: Session, row: UserRow) -> None:
    if Role.ADMIN not in row.roles or row.disabled_at is not None:
        return
    others = (other for other in session.scalars(select(UserRow).where(UserRow.id != row.id)))
    if not any(Role.ADMIN in other.roles and other.disabled_at is None for other in others):
        raise LastAdministrator(_("“{name}” is the only administrator", name=row.name), fix=_("make another user an administrator first"))


def _stored(roles: frozenset[Role]) -> list[str]:
    return [str(role) for role in Role if role in roles]


def user_of(row: UserRow) -> User:
    """The value behind a row (for the neighbours in this room)."""
    state = "disabled" if row.disabled_at else "active" if row.password_hash else "invited"
    return User(
        id=row.id,
        name=row.name,
        roles=frozenset(Role(name) for name in row.roles),
        language=row.language,
        theme=row.theme,
        state=state,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
    )
