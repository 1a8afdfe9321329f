"""Figures of the account, counted from the rows: followers by channel and day, conversations that wait."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from growth.contacts import contacts_with
from growth.db import vault
from growth.wechat.desk import DeskState
from growth.wechat.followers import FollowKind
from growth.wechat.models import Conversation, Follower, FollowEvent, Inbox, Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStats:
    """What one channel brought (contracts/cli.md › wechat stats). Followers without a channel of ours stand under None."""

    channel: str | None
    new: int
    returning: int
    unfollowed: int
    bound: int
    signups: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """An open conversation; `text` is what the follower said last."""

    follower_id: UUID
    state: DeskState
    since: datetime
    last_at: datetime
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a conversation. `author`: ``follower``, ``bot`` or a user's name."""

    at: datetime
    author: str
    text: str
    state: str


def by_channel(session: Session, *, first: date | None = None, last: date | None = None) -> list[ChannelStats]:
    """Follows, scans and unfollows in the days from `first` to `last`, both included; bound and signed up of those who came first by it."""
    within = [*([FollowEvent.day >= first] if first else []), *([FollowEvent.day <= last] if last else [])]
    follow = FollowEvent.kind == FollowKind.FOLLOW
    rows = session.execute(
        select(
            FollowEvent.channel,
            _count(follow & ~FollowEvent.came_back),
            _count((follow & FollowEvent.came_back) | (FollowEvent.kind == FollowKind.SCAN)),
            _count(FollowEvent.kind == FollowKind.UNFOLLOW),
        )
        .where(*within)
        .group_by(FollowEvent.channel)
    ).all()
    bound = dict(
        session.execute(select(Follower.first_channel, func.count()).where(Follower.bound_at.is_not(None)).group_by(Follower.first_channel))
        .tuples()
        .all()
    )
    signups = _signups(session)
    found = [
        ChannelStats(
            channel=channel, new=new, returning=returning, unfollowed=left, bound=bound.get(channel, 0), signups=signups.get(channel, 0)
        )
        for channel, new, returning, left in rows
    ]
    return sorted(found, key=lambda row: (row.channel is None, -row.new, row.channel or ""))


def open_talks(session: Session) -> list[Talk]:
    """Conversations that wait for a person or have one, the longest wait first."""
    rows = session.scalars(select(Conversation).where(Conversation.state != DeskState.BOT).order_by(Conversation.since)).all()
    return [
        Talk(
            follower_id=row.follower_id,
            state=DeskState(row.state),
            since=row.since,
            last_at=row.last_at,
            reason=row.reason,
            text=_last_text(session, row.follower_id),
        )
        for row in rows
    ]


def lines(session: Session, *, follower_id: UUID, limit: int = 200) -> list[Line]:
    """A conversation, oldest first: what came in, the bot's replies, what people sent."""
    keys = vault(session)
    found: list[Line] = []
    for row in session.scalars(select(Inbox).where(Inbox.follower_id == follower_id).order_by(Inbox.created_at.desc()).limit(limit)):
        text = (
            keys.open("wx_inbox.text", row.id, row.text)
            if row.text
            else f"[{row.event or row.kind}{' ' + row.event_key if row.event_key else ''}]"
        )
        found.append(Line(at=row.created_at, author="follower", text=text, state=row.state))
        if row.reply and row.reply_kind == "text":
            found.append(Line(at=row.received_at, author="bot", text=keys.open("wx_inbox.reply", row.id, row.reply), state="accepted"))
    for sent in session.scalars(select(Outbox).where(Outbox.follower_id == follower_id).order_by(Outbox.at.desc()).limit(limit)):
        found.append(Line(at=sent.at, author=sent.author, text=keys.open("wx_outbox.body", sent.id, sent.body), state=sent.state))
    return sorted(found, key=lambda line: (line.at, line.author != "follower"))[-limit:]


def _last_text(session: Session, follower_id: UUID) -> str:
    row = session.scalar(
        select(Inbox).where(Inbox.follower_id == follower_id, Inbox.text.is_not(None)).order_by(Inbox.created_at.desc()).limit(1)
    )
    return vault(session).open("wx_inbox.text", row.id, row.text) if row is not None and row.text else ""


def _signups(session: Session) -> dict[str | None, int]:
    """Sign-ups of people who came through a channel's follow: their keys were joined to a follower's openid."""
    registered = contacts_with(session, kind="signup")
    rows = session.execute(select(Follower.first_channel, Follower.contact_id).where(Follower.contact_id.is_not(None)).distinct())
    return dict(Counter(channel for channel, contact_id in rows.tuples() if contact_id in registered))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
