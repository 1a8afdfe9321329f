"""Touches: one contact with us on the way to a sign-up. Rooms and apps write them, attribution reads them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import models
from growth.channels.catalogue import channel_named
from growth.channels.identity import add_identities, stored_key
from growth.channels.origin import Origin, origin_ids
from growth.channels.writing import insert_new, insert_rows
from growth.db import table_of
from growth.errors import GrowthError
from growth.language import Text

_EVIDENCE: Final = re.compile(r"[a-z_]+:\S{1,120}")


class TouchKind(StrEnum):
    """What a touch was."""

    #: a visit to the site, or a new campaign or referrer within one
    VISIT = "visit"
    #: a tracked link followed by somebody we know
    CLICK = "click"
    #: a QR code scanned in WeChat
    SCAN = "scan"
    #: the official account followed
    FOLLOW = "follow"
    #: a message to the official account
    CHAT = "chat"
    #: an invitation, QR or coupon code given at sign-up
    CODE = "code"
    #: a phone call
    CALL = "call"
    #: met at an event
    EVENT = "event"


_WORDS: Final = {
    TouchKind.VISIT: Text("visit", "访问"),
    TouchKind.CLICK: Text("click", "点击"),
    TouchKind.SCAN: Text("scan", "扫码"),
    TouchKind.FOLLOW: Text("follow", "关注公众号"),
    TouchKind.CHAT: Text("message", "公众号消息"),
    TouchKind.CODE: Text("code", "邀请码"),
    TouchKind.CALL: Text("call", "来电"),
    TouchKind.EVENT: Text("met", "现场活动"),
}


def touch_words(kind: str) -> str:
    """The kind of a touch for people, in the language in force; an unknown one as it is."""
    try:
        return str(_WORDS[TouchKind(kind)])
    except ValueError:
        return kind


class BadEvidence(GrowthError):
    """A touch without a row that proves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTouch:
    """A touch to be written in bulk; `key` as stored (`identity.stored_key`)."""

    at: datetime
    key: str
    origin: Origin
    kind: TouchKind
    evidence: str


def record_touch(
    session: Session,
    *,
    at: datetime,
    channel: str,
    kind: TouchKind | str,
    key: str,
    evidence: str,
    medium: str | None = None,
    source: str = "",
    campaign: str = "",
    term: str = "",
    link_id: int | None = None,
) -> None:
    """Record that the person behind `key` met us through `channel`; a repeat with the same evidence and time changes nothing.

    `channel` is a channel's name, or a medium where no channel is known; with `medium` an unknown name becomes a channel of that medium.
    `key`: ``visitor:…``, ``contact:…``, ``openid:…``, ``signup:…``; `evidence`: ``table:id`` of the row that proves it.
    Raises UnknownChannel, BadKey, BadEvidence.
    """
    if not _EVIDENCE.fullmatch(evidence):
        raise BadEvidence(f"“{evidence[:60]}” names no row", fix="write table:id")
    found = channel_named(session, channel, medium=medium, day=clock.aware(at).date())
    origin = Origin(channel_id=found.id, medium=medium or found.medium, source=source, campaign=campaign, term=term, link_id=link_id)
    record_touches(
        session, [NewTouch(at=clock.aware(at), key=stored_key(session, key), origin=origin, kind=TouchKind(kind), evidence=evidence)]
    )


def record_touches(session: Session, touches: Sequence[NewTouch]) -> None:
    """Write touches whose keys and origins are at hand; ones that are there already are left alone."""
    ids = add_identities(session, [touch.key for touch in touches])
    origins = origin_ids(session, [touch.origin for touch in touches])
    values = [
        {
            "at": touch.at,
            "identity_id": ids[touch.key],
            "origin_id": origins[touch.origin],
            "kind": touch.kind.value,
            "evidence": touch.evidence,
        }
        for touch in touches
    ]
    insert_new(session, models.Touch, values, on=("identity_id", "at", "evidence"))
    note_changes(session, [(ids[touch.key], touch.at) for touch in touches])


def write_touches(session: Session, rows: Sequence[tuple[int, int, int, str, str]]) -> None:
    """The quick way for visits: (microseconds, identity id, origin id, kind, evidence), all of them known already."""
    if not rows:
        return
    insert_rows(session, table_of(models.Touch), ("at", "identity_id", "origin_id", "kind", "evidence"), rows, new_only=True)
    joined = _joined(session, {row[1] for row in rows})
    earliest = clock.from_micros(min(row[0] for row in rows))
    note_changes(session, [(0, earliest), *((row[1], clock.from_micros(row[0])) for row in rows if row[1] in joined)])


def note_changes(session: Session, changes: Sequence[tuple[int, datetime]], *, worth: bool = False) -> None:
    """Say whose path changed (identity id) and from when on: what is computed from it is to be made anew.

    `worth`: the path is the same, what its sign-up is worth is not.
    """
    if changes:
        session.execute(insert(table_of(models.TouchChange)), [{"identity_id": id, "at": at, "worth": worth} for id, at in changes])


def _joined(session: Session, ids: Collection[int]) -> set[int]:
    """Those who are joined with another key. A join that is being written is waited for (PostgreSQL): it does not see these touches."""
    identity, found, wanted = table_of(models.Identity), set[int](), sorted(ids)
    for start in range(0, len(wanted), 500):
        query = select(identity.c.id, identity.c.joined).where(identity.c.id.in_(wanted[start : start + 500])).order_by(identity.c.id)
        found |= {id for id, joined in session.execute(query.with_for_update(read=True)) if joined}
    return found


def forget_touches(session: Session, *, identity_id: int, evidence: Sequence[str]) -> None:
    """Remove touches whose evidence was found to be another (visits that late events changed), and note whose path that changes."""
    gone = session.execute(
        delete(models.Touch).where(models.Touch.identity_id == identity_id, models.Touch.evidence.in_(evidence)).returning(models.Touch.at)
    ).scalars()
    times = list(gone)
    if times:
        session.execute(insert(models.TouchChange).values(identity_id=identity_id, at=min(times)))


def touch_count(session: Session, key: str) -> int:
    """How many touches the key itself has (not those of the person's other keys)."""
    ids = add_identities(session, [stored_key(session, key)])
    return len(session.scalars(select(models.Touch.id).where(models.Touch.identity_id.in_(ids.values()))).all())
