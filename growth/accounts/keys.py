"""API keys of the site's server: shown once, kept as a hash, each with its scopes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.accounts.audit import record
from growth.accounts.models import ApiKeyRow
from growth.errors import GrowthError
from growth.language import _
from growth.security import random_token, token_hash

_NAME = re.compile(r"^[\w][\w .@+-]{0,59}$")
_PREFIX = "gk_"
_USED_STEP = timedelta(minutes=1)


class Scope(StrEnum):
    """What a key opens."""

    #: POST /api/v1/signups
    SIGNUPS = "signups"
    #: POST /api/v1/events
    EVENTS = "events"


class UnknownKey(GrowthError):
    """There is no key of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key without its secret. `state` is ``active`` or ``revoked``; `hint` its first characters."""

    id: int
    name: str
    hint: str
    scopes: frozenset[Scope]
    state: str
    created_by: str
    created_at: datetime
    used_at: datetime | None


def create_key(session: Session, *, name: str, scopes: Iterable[str], actor: str, now: datetime) -> str:
    """A new key; the returned text is the only time it is seen. Raises GrowthError for a name in use or an unknown scope."""
    name = name.strip()
    if not _NAME.match(name):
        raise GrowthError(_("“{name}” is not a name for a key", name=name[:60]), fix=_("use letters, digits, spaces and . _ - @ +"))
    chosen = parse_scopes(scopes)
    if session.scalar(select(ApiKeyRow.id).where(ApiKeyRow.name == name)) is not None:
        raise GrowthError(_("there is a key “{name}” already", name=name), fix=_("choose another name; a revoked key keeps its own"))
    key = _PREFIX + random_token(32)
    row = ApiKeyRow(
        name=name,
        hint=key[:8],
        key_hash=token_hash(key),
        scopes=[str(scope) for scope in Scope if scope in chosen],
        created_by=actor,
        created_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor=actor, action="key.create", subject=f"key:{name}", detail={"scopes": row.scopes}, now=now)
    return key


def revoke_key(session: Session, *, name: str, actor: str, now: datetime) -> None:
    """The key opens nothing from now on. Raises UnknownKey."""
    row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.name == name.strip()))
    if row is None:
        raise UnknownKey(_("there is no key “{name}”", name=name[:60]), fix="growth key list")
    if row.revoked_at is None:
        row.revoked_at = now
        record(session, actor=actor, action="key.revoke", subject=f"key:{row.name}", now=now)


def find_key(session: Session, *, key: str) -> ApiKey | None:
    """The live key with that secret, or None."""
    row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.key_hash == token_hash(key), ApiKeyRow.revoked_at.is_(None)))
    return _key(row) if row is not None else None


def wants_note(key: ApiKey, *, now: datetime) -> bool:
    """Whether the last use is old enough to be written again."""
    return key.used_at is None or key.used_at < now - _USED_STEP


def note_use(session: Session, *, key_id: int, now: datetime) -> None:
    """Remember when the key was last used."""
    session.get_one(ApiKeyRow, key_id).used_at = now


def list_keys(session: Session) -> list[ApiKey]:
    """All keys by name, the revoked ones too."""
    return [_key(row) for row in session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.name))]


def parse_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Scopes by name. Raises GrowthError for an unknown one, or where there is none."""
    found: set[Scope] = set()
    for name in names:
        try:
            found.add(Scope(name.strip()))
        except ValueError as fault:
            raise GrowthError(_("“{name}” is not a scope", name=name[:60]), fix=f"--scope {','.join(Scope)}") from fault
    if not found:
        raise GrowthError(_("a key opens at least one scope"), fix=f"--scope {','.join(Scope)}")
    return frozenset(found)


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        hint=row.hint,
        scopes=frozenset(Scope(name) for name in row.scopes),
        state="revoked" if row.revoked_at else "active",
        created_by=row.created_by,
        created_at=row.created_at,
        used_at=row.used_at,
    )
