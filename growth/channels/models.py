"""Rows of the channels room: the catalogue, cost, tracked links, clicks, identities and touches."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class Channel(Base):
    """A channel as channels.yaml last had it. One that left the file is retired, never deleted."""

    __tablename__ = "channel"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(default="")
    medium: Mapped[str]
    reach: Mapped[int | None]
    #: where its links lead: a path of the site or an address; None is the start page
    target: Mapped[str | None]
    #: False for one that a campaign's name or a medium made, and no file declares
    declared: Mapped[bool] = mapped_column(default=True)
    first_day: Mapped[date]
    retired_at: Mapped[datetime | None]


class CostRate(Base):
    """A cost that a channel has by declaration; days are given their share when they are asked for (cost.py)."""

    __tablename__ = "cost_rate"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    #: ``month`` (every month) or ``once``
    per: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    from_day: Mapped[date | None]
    until_day: Mapped[date | None]


class Cost(Base):
    """What one day cost: a row of an import, a campaign's messages, a placement."""

    __tablename__ = "cost"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    amount: Mapped[int]
    currency: Mapped[str]
    campaign: Mapped[str] = mapped_column(default="")
    keyword: Mapped[str] = mapped_column(default="")
    engine: Mapped[str] = mapped_column(default="")
    placement: Mapped[str] = mapped_column(default="")
    impressions: Mapped[int | None]
    clicks: Mapped[int | None]
    #: who wrote it: ``import:FILE``, ``campaign:…``, ``placement:…``
    source: Mapped[str]
    #: the row's own identity: a row that comes twice counts once
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)


class Link(Base):
    """A tracked link or QR code: a short code that leads to one registered target."""

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_channel_id", "channel_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    target: Mapped[str]
    #: what it is for: ``placement:hao123-home``, ``campaign:monthly/2026-11``; empty for the channel's own
    label: Mapped[str] = mapped_column(default="")
    #: ``link`` or ``qr``
    via: Mapped[str] = mapped_column(default="link")
    #: the one person it was made for
    contact_id: Mapped[UUID | None]
    #: hash of channel, target, label, via and contact: the same link each time
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    created_at: Mapped[datetime]


class Click(Base):
    """Somebody, or something, followed a tracked link."""

    __tablename__ = "click"
    __table_args__ = (Index("ix_click_link_id_day", "link_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"))
    at: Mapped[datetime]
    day: Mapped[date]
    #: why it is not a person; None for people
    bot: Mapped[str | None]
    contact_id: Mapped[UUID | None]


class Identity(Base):
    """One key under which somebody was seen. Those of one person share `person`; the id is the hash of the key."""

    __tablename__ = "identity"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    #: ``visitor:…``, ``contact:…``, ``signup:…``; ``openid:`` and addresses as their blind index
    key: Mapped[str]
    person: Mapped[int] = mapped_column(BigInteger, index=True)
    #: whether it was ever joined with another key: most visitors never are, and nothing is to be looked up for them
    joined: Mapped[bool] = mapped_column(default=False)
    #: the contact that a ``contact:`` key names
    contact_id: Mapped[UUID | None] = mapped_column(index=True)


class IdentityLink(Base):
    """Evidence that two keys are one person. Append-only; taken back by `undone_at`."""

    __tablename__ = "identity_link"
    __table_args__ = (UniqueConstraint("one", "other", "evidence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    one: Mapped[int] = mapped_column(BigInteger)
    other: Mapped[int] = mapped_column(BigInteger, index=True)
    evidence: Mapped[str]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class Origin(Base):
    """Where a visit or touch came from, each combination once."""

    __tablename__ = "origin"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: our own channel, or None
    channel_id: Mapped[int | None] = mapped_column(index=True)
    medium: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    campaign: Mapped[str] = mapped_column(default="")
    #: keyword, where the sender tells it
    term: Mapped[str] = mapped_column(default="")
    link_id: Mapped[int | None] = mapped_column(index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)


class Touch(Base):
    """One contact with us on the way to a sign-up."""

    __tablename__ = "touch"
    __table_args__ = (
        Index("ix_touch_identity_id_at", "identity_id", "at"),
        # holds all that counting the paths of a period needs
        Index("ix_touch_at", "at", "id", "identity_id", "origin_id"),
        UniqueConstraint("evidence", "identity_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    identity_id: Mapped[int] = mapped_column(BigInteger)
    origin_id: Mapped[int]
    kind: Mapped[str]
    #: the row that proves it, ``visit:123``
    evidence: Mapped[str]


class TouchChange(Base):
    """Whose paths changed and from when on, for what is computed from touches (attribution takes each off when it has followed it).

    Of touches of people who were never joined with another key only the earliest of a batch stands here, under the identity 0.
    """

    __tablename__ = "touch_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    #: the person it was of, where it was joined to another; None where something else changed
    was: Mapped[int | None] = mapped_column(BigInteger)
    #: whether only what a sign-up is worth changed: its path is the same
    worth: Mapped[bool] = mapped_column(default=False)
