"""Join a follower to a person we know: by a six-digit code in the chat, or by the scene of a QR code shown after the sign-up.

A code can be guessed, one in a million times the codes that are out. So a follower has five wrong tries a day, and when many go wrong
everywhere, nobody's code is taken in the chat for a while and the team is told. A scene cannot be made up: only WeChat says it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from growth.alerts import raise_alert
from growth.channels import join
from growth.contacts import ContactView, UnknownContact, add_key, all_ids, contact, contact_of_key, keys_of
from growth.db import vault
from growth.language import _
from growth.wechat.followers import openid_of
from growth.wechat.models import BindCode, BindMiss, Follower

#: how long a code is good for
LIFETIME = timedelta(minutes=30)
#: scenes that carry a code begin with this
SCENE_PREFIX = "bind_"
#: wrong codes that a follower may give in `REST`
MISSES = 5
REST = timedelta(hours=24)
#: wrong codes of all followers together in `ALL_REST`: more of them are no slips of the thumb
ALL_MISSES = 60
ALL_REST = timedelta(hours=1)


def make_code(session: Session, *, key: str, now: datetime) -> str:
    """A six-digit code that joins whoever gives it to `key` (``signup:…`` or ``contact:…``), for half an hour."""
    session.execute(delete(BindCode).where(BindCode.expires_at < now))
    while True:
        code = f"{secrets.randbelow(1_000_000):06d}"
        mark = _mark(session, code)
        row = session.get(BindCode, mark)
        if row is None:
            session.add(BindCode(code_hash=mark, key=key, made_at=now, expires_at=now + LIFETIME))
            session.flush()
            return code


def bind(session: Session, *, openid: str, follower_id: UUID, code: str, at: datetime) -> str:
    """Join by a code given in the chat; what to say to the follower."""
    if _guesses(session, follower_id=follower_id, at=at):
        return _("Too many wrong codes. Please try again later, or ask for a person.")
    return _bind(session, openid=openid, follower_id=follower_id, code=code, at=at)


def bind_scene(session: Session, *, openid: str, scene: str, follower_id: UUID, at: datetime) -> str | None:
    """Join by the scene ``bind_CODE`` of a QR code; None for any other scene."""
    if not scene.startswith(SCENE_PREFIX):
        return None
    return _bind(session, openid=openid, follower_id=follower_id, code=scene.removeprefix(SCENE_PREFIX), at=at)


def _bind(session: Session, *, openid: str, follower_id: UUID, code: str, at: datetime) -> str:
    good = (BindCode.code_hash == _mark(session, code)) & (BindCode.expires_at >= at) & BindCode.used_at.is_(None)
    key = session.execute(update(BindCode).where(good).values(used_at=at).returning(BindCode.key)).scalar_one_or_none()
    if key is None:
        session.add(BindMiss(follower_id=follower_id, at=at))
        return _("This code is not valid or has expired. Please get a new one on the website.")
    _join(session, openid=openid, follower_id=follower_id, key=key, how="code", at=at)
    return _("Done: your account is now connected.")


def _guesses(session: Session, *, follower_id: UUID, at: datetime) -> bool:
    """Whether the follower, or everybody together, gave too many wrong codes of late."""
    own = select(func.count()).where(BindMiss.follower_id == follower_id, BindMiss.at > at - REST)
    if (session.scalar(own) or 0) >= MISSES:
        return True
    if (session.scalar(select(func.count()).where(BindMiss.at > at - ALL_REST)) or 0) < ALL_MISSES:
        return False
    raise_alert(
        session,
        kind="bind_codes_guessed",
        title=_("Somebody guesses WeChat codes"),
        detail=_("{n} wrong codes within an hour: for now no code is taken in the chat.", n=ALL_MISSES),
        dedupe="bind_codes_guessed",
        now=at,
    )
    return True


def _join(session: Session, *, openid: str, follower_id: UUID, key: str, how: str, at: datetime) -> None:
    join(session, one=f"openid:{openid}", other=key, evidence=f"wx_follower:{follower_id}", at=at)
    row = session.get_one(Follower, follower_id)
    row.bound_at, row.bound_by = at, how
    kind, _colon, value = key.partition(":")
    found = UUID(value) if kind == "contact" else contact_of_key(session, kind=kind, value=value)
    if found is not None:
        row.contact_id = found
        # the address at which campaigns write to the person
        add_key(session, found, kind="openid", value=openid, evidence=f"wx_follower:{follower_id}", at=at)
    session.flush()


def followers_of_contact(session: Session, *, contact_id: UUID) -> list[UUID]:
    """The followers that are a contact: joined to them or to one who was merged into them, or with an openid that the site told of them."""
    index = vault(session).index
    known = [index("openid", value) for kind, value in keys_of(session, contact_id) if kind == "openid" and value is not None]
    of_person = Follower.contact_id.in_(all_ids(session, contact_id)) | Follower.openid_index.in_(known)
    return list(session.scalars(select(Follower.id).where(of_person).order_by(Follower.id)))


def contact_of_follower(session: Session, follower_id: UUID) -> ContactView | None:
    """The person that a follower is, where that is known: by a code, or by the openid that the site told with a sign-up."""
    row = session.get_one(Follower, follower_id)
    found = row.contact_id or contact_of_key(session, kind="openid", value=openid_of(session, row))
    try:
        return contact(session, found) if found else None
    except UnknownContact:
        return None


def forget_codes(session: Session, *, contact_id: UUID, follower_ids: Sequence[UUID]) -> int:
    """Codes that name the person, and their wrong tries, go; how many."""
    signups = [f"signup:{value}" for kind, value in keys_of(session, contact_id) if kind == "signup"]
    keys = [*signups, *(f"contact:{each}" for each in all_ids(session, contact_id))]
    gone = session.execute(delete(BindCode).where(BindCode.key.in_(keys)).returning(BindCode.code_hash)).all()
    tries = session.execute(delete(BindMiss).where(BindMiss.follower_id.in_(follower_ids)).returning(BindMiss.id)).all()
    return len(gone) + len(tries)


def _mark(session: Session, code: str) -> bytes:
    return vault(session).index("wx-bind", code)
