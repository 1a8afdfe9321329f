"""Join a follower to a person we know: by a six-digit code in the chat, or by the scene of a QR code shown after the sign-up."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.channels import join
from growth.contacts import contact_of_key
from growth.db import vault
from growth.language import _
from growth.wechat.models import BindCode, Follower

#: how long a code is good for
LIFETIME = timedelta(minutes=30)
#: scenes that carry a code begin with this
SCENE_PREFIX = "bind_"


def make_code(session: Session, *, key: str, now: datetime) -> str:
    """A six-digit code that joins whoever gives it to `key` (``signup:…`` or ``contact:…``), for half an hour."""
    while True:
        code = f"{secrets.randbelow(1_000_000):06d}"
        mark = _mark(session, code)
        row = session.get(BindCode, mark)
        if row is None:
            session.add(BindCode(code_hash=mark, key=key, made_at=now, expires_at=now + LIFETIME))
            return code
        if row.expires_at < now:
            row.key, row.made_at, row.expires_at, row.used_at = key, now, now + LIFETIME, None
            return code


def bind(session: Session, *, openid: str, follower_id: UUID, code: str, at: datetime) -> str:
    """Join by a code; what to say to the follower."""
    row = session.get(BindCode, _mark(session, code)) if code else None
    if row is None or row.expires_at < at or row.used_at is not None:
        return _("This code is not valid or has expired. Please get a new one on the website.")
    row.used_at = at
    _join(session, openid=openid, follower_id=follower_id, key=row.key, how="code", at=at)
    return _("Done: your account is now connected.")


def bind_scene(session: Session, *, openid: str, scene: str, follower_id: UUID, at: datetime) -> str | None:
    """Join by the scene ``bind_CODE`` of a QR code; None for any other scene."""
    if not scene.startswith(SCENE_PREFIX):
        return None
    return bind(session, openid=openid, follower_id=follower_id, code=scene.removeprefix(SCENE_PREFIX), at=at)


def _join(session: Session, *, openid: str, follower_id: UUID, key: str, how: str, at: datetime) -> None:
    join(session, one=f"openid:{openid}", other=key, evidence=f"wx_follower:{follower_id}", at=at)
    row = session.get_one(Follower, follower_id)
    row.bound_at, row.bound_by = at, how
    kind, _colon, value = key.partition(":")
    found = UUID(value) if kind == "contact" else contact_of_key(session, kind=kind, value=value)
    if found is not None:
        row.contact_id = found
    session.flush()


def followers_of_contact(session: Session, *, contact_id: UUID) -> list[UUID]:
    """The followers that were joined to a contact."""
    return list(session.scalars(select(Follower.id).where(Follower.contact_id == contact_id)))


def _mark(session: Session, code: str) -> bytes:
    return vault(session).index("wx-bind", code)
