"""Followers: who follows the account, through which channel they came, when they left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.channels import TouchKind, find_channel, record_touch
from growth.clock import site_day
from growth.db import uuid7, vault
from growth.wechat.models import Follower, FollowEvent, Tag
from growth.workspace import Workspace

#: where a touch is booked that has no channel of ours
DEFAULT_MEDIUM = "wechat"


class FollowKind(StrEnum):
    """What changed between a person and the account."""

    #: began to follow, for the first time or again
    FOLLOW = "follow"
    #: scanned a channel's QR code while following
    SCAN = "scan"
    #: stopped following
    UNFOLLOW = "unfollow"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerView:
    """A follower as others see one. `openid` is personal data."""

    id: UUID
    openid: str
    subscribed: bool
    first_at: datetime
    last_at: datetime
    first_channel: str | None
    last_channel: str | None
    contact_id: UUID | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a follow or scan came to."""

    follower_id: UUID
    channel: str | None
    returning: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Who left; `now` is False where a later follow is known already: events may come out of order."""

    follower_id: UUID
    now: bool


def follower_of(session: Session, *, openid: str, at: datetime, subscribed: bool | None = None) -> Follower:
    """The row of `openid`, made where it is new. Rows do not leave the room."""
    index = vault(session).index("openid", openid)
    row = session.scalar(select(Follower).where(Follower.openid_index == index))
    if row is None:
        id_ = uuid7()
        row = Follower(
            id=id_,
            openid_index=index,
            openid=vault(session).seal("wx_follower.openid", id_, openid),
            subscribed=True if subscribed is None else subscribed,
            first_at=at,
            last_at=at,
        )
        session.add(row)
        session.flush()
    elif at > row.last_at:
        row.last_at = at
    return row


def openid_of(session: Session, row: Follower) -> str:
    """The openid behind a row."""
    return vault(session).open("wx_follower.openid", row.id, row.openid)


def note_follow(session: Session, *, openid: str, scene: str, kind: FollowKind, at: datetime, workspace: Workspace) -> Followed:
    """Record a follow or a scan with the channel of its scene, and the touch that attribution reads."""
    known = session.scalar(select(Follower.id).where(Follower.openid_index == vault(session).index("openid", openid)))
    row = follower_of(session, openid=openid, at=at)
    channel = scene if scene and find_channel(session, scene) is not None else None
    returning = known is not None and (kind is FollowKind.SCAN or _followed_before(session, row.id))
    if kind is FollowKind.FOLLOW and _is_newest(session, row.id, at):
        row.subscribed, row.unsubscribed_at = True, None
    if channel:
        row.first_channel = row.first_channel or channel
        row.last_channel = channel
    event = FollowEvent(follower_id=row.id, kind=kind, came_back=returning, channel=channel, at=at, day=site_day(at, workspace.zone))
    session.add(event)
    session.flush()
    record_touch(
        session,
        at=at,
        channel=channel or DEFAULT_MEDIUM,
        kind=TouchKind.SCAN if kind is FollowKind.SCAN else TouchKind.FOLLOW,
        key=f"openid:{openid}",
        evidence=f"wx_follow_event:{event.id}",
    )
    return Followed(follower_id=row.id, channel=channel, returning=returning)


def note_unfollow(session: Session, *, openid: str, at: datetime, workspace: Workspace) -> Left:
    """Record that a person left: nothing more can be sent."""
    row = follower_of(session, openid=openid, at=at, subscribed=False)
    left = Left(follower_id=row.id, now=_is_newest(session, row.id, at))
    if left.now:
        row.subscribed, row.unsubscribed_at = False, at
    session.add(
        FollowEvent(
            follower_id=row.id, kind=FollowKind.UNFOLLOW, came_back=False, channel=row.last_channel, at=at, day=site_day(at, workspace.zone)
        )
    )
    return left


def note_presence(row: Follower, *, at: datetime) -> None:
    """Somebody who writes follows, whatever we heard; a message from before they left says nothing."""
    if row.unsubscribed_at is None or at > row.unsubscribed_at:
        row.subscribed, row.unsubscribed_at = True, None


def add_tags(session: Session, *, follower_id: UUID, tags: Iterable[str], at: datetime) -> None:
    """Give the follower tags; ones that are there stay as they are."""
    have = set(session.scalars(select(Tag.name).where(Tag.follower_id == follower_id)))
    session.add_all(Tag(follower_id=follower_id, name=name, at=at) for name in dict.fromkeys(tags) if name not in have)


def view(session: Session, row: Follower) -> FollowerView:
    """The row as others see it."""
    tags = tuple(session.scalars(select(Tag.name).where(Tag.follower_id == row.id).order_by(Tag.name)))
    return FollowerView(
        id=row.id,
        openid=openid_of(session, row),
        subscribed=row.subscribed,
        first_at=row.first_at,
        last_at=row.last_at,
        first_channel=row.first_channel,
        last_channel=row.last_channel,
        contact_id=row.contact_id,
        tags=tags,
    )


def follower(session: Session, *, id: UUID) -> FollowerView | None:
    """One follower, or None."""
    row = session.get(Follower, id)
    return view(session, row) if row else None


def find_follower(session: Session, *, openid: str) -> FollowerView | None:
    """The follower with that openid, or None."""
    row = session.scalar(select(Follower).where(Follower.openid_index == vault(session).index("openid", openid)))
    return view(session, row) if row else None


def follower_count(session: Session) -> int:
    """How many follow now."""
    return session.scalar(select(func.count()).where(Follower.subscribed)) or 0


def _followed_before(session: Session, follower_id: UUID) -> bool:
    return (
        session.scalar(select(FollowEvent.id).where(FollowEvent.follower_id == follower_id, FollowEvent.kind == FollowKind.FOLLOW).limit(1))
        is not None
    )


def _is_newest(session: Session, follower_id: UUID, at: datetime) -> bool:
    """Whether nothing later is known of the person's coming and going; of one second, what comes later happened later."""
    last = session.scalar(
        select(func.max(FollowEvent.at)).where(
            FollowEvent.follower_id == follower_id, FollowEvent.kind.in_((FollowKind.FOLLOW, FollowKind.UNFOLLOW))
        )
    )
    return last is None or at >= last
