"""Rows of the official account. Openids and what people wrote are sealed; look-ups go by the blind index."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base, Sealed, uuid7


class Follower(Base):
    """A person who follows, or followed, the account."""

    __tablename__ = "wx_follower"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    openid_index: Mapped[bytes] = mapped_column(unique=True)
    openid: Mapped[bytes] = mapped_column(Sealed)
    subscribed: Mapped[bool]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    unsubscribed_at: Mapped[datetime | None]
    first_channel: Mapped[str | None] = mapped_column(index=True)
    last_channel: Mapped[str | None]
    language: Mapped[str | None]
    contact_id: Mapped[UUID | None] = mapped_column(index=True)
    bound_at: Mapped[datetime | None]
    bound_by: Mapped[str | None]


class FollowEvent(Base):
    """A follow, a scan or an unfollow; never changed, all figures come from here."""

    __tablename__ = "wx_follow_event"
    __table_args__ = (Index("ix_wx_follow_event_day_channel", "day", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follower_id: Mapped[UUID] = mapped_column(ForeignKey("wx_follower.id"), index=True)
    kind: Mapped[str]
    came_back: Mapped[bool]
    channel: Mapped[str | None]
    at: Mapped[datetime]
    day: Mapped[date]


class Inbox(Base):
    """One message or event from WeChat: its effect happens once, a repeat gets the same answer (`growth.wechat.inbox`).

    `sender` is who it came from, kept until the work is done, so that work that died can be taken up again.
    """

    __tablename__ = "wx_inbox"
    __table_args__ = (
        Index("ix_wx_inbox_follower_at", "follower_id", "created_at"),
        Index("ix_wx_inbox_state_received", "state", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    dedupe: Mapped[bytes] = mapped_column(unique=True)
    follower_id: Mapped[UUID | None] = mapped_column(ForeignKey("wx_follower.id"))
    kind: Mapped[str]
    event: Mapped[str]
    event_key: Mapped[str]
    text: Mapped[bytes | None] = mapped_column(Sealed)
    sender: Mapped[bytes | None] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    state: Mapped[str]
    rule: Mapped[str | None]
    reply: Mapped[bytes | None] = mapped_column(Sealed)
    reply_kind: Mapped[str | None]
    took_ms: Mapped[int | None]


class Tag(Base):
    """A tag of a follower: ours without limit; `synced` ones are tags at WeChat too."""

    __tablename__ = "wx_follower_tag"

    follower_id: Mapped[UUID] = mapped_column(ForeignKey("wx_follower.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Conversation(Base):
    """Who answers a follower now: the bot, nobody yet (waiting), or a person."""

    __tablename__ = "wx_conversation"

    follower_id: Mapped[UUID] = mapped_column(ForeignKey("wx_follower.id"), primary_key=True)
    state: Mapped[str] = mapped_column(index=True)
    since: Mapped[datetime]
    last_at: Mapped[datetime]
    reason: Mapped[str]
    agent: Mapped[str | None]
    unanswered: Mapped[int] = mapped_column(default=0)


class Outbox(Base):
    """A customer-service message: what, why it was allowed, what became of it."""

    __tablename__ = "wx_outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    follower_id: Mapped[UUID] = mapped_column(ForeignKey("wx_follower.id"), index=True)
    body: Mapped[bytes] = mapped_column(Sealed)
    author: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str]
    errcode: Mapped[int | None]


class Window(Base):
    """What customer-service messages a follower's last act allows (`growth.wechat.windows`)."""

    __tablename__ = "wx_window"

    follower_id: Mapped[UUID] = mapped_column(ForeignKey("wx_follower.id"), primary_key=True)
    trigger: Mapped[str]
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    quota: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)


class QrCodeRow(Base):
    """A parametric QR code that WeChat made for a channel."""

    __tablename__ = "wx_qr_code"

    channel: Mapped[str] = mapped_column(primary_key=True)
    scene: Mapped[str] = mapped_column(unique=True)
    permanent: Mapped[bool]
    ticket: Mapped[str]
    url: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class Token(Base):
    """An access token or ticket of the account, shared by all processes; one of them refreshes it."""

    __tablename__ = "wx_token"
    __table_args__ = (UniqueConstraint("app_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    app_id: Mapped[str]
    kind: Mapped[str]
    value: Mapped[bytes] = mapped_column(Sealed("app_id"))
    expires_at: Mapped[datetime]


class BindCode(Base):
    """A six-digit code that joins a follower to a contact or a sign-up."""

    __tablename__ = "wx_bind_code"

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    key: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class BindMiss(Base):
    """A wrong code that a follower gave: who guesses is stopped (`growth.wechat.bind`)."""

    __tablename__ = "wx_bind_miss"

    id: Mapped[int] = mapped_column(primary_key=True)
    follower_id: Mapped[UUID] = mapped_column(ForeignKey("wx_follower.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Applied(Base):
    """What was last written to the live account: menus and tags, with the hash of what they were made from."""

    __tablename__ = "wx_applied"

    name: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    at: Mapped[datetime]
